import type { CardProposal } from './propose-cards.ts';

/**
 * Whether a proposal can be applied without review: nothing looks wrong and no price drops. A price
 * that the card did not have needs review too, because it replaces a more expensive default.
 */
export const isSafeUnattended = ({ kind, current, card, changes, suspicions }: CardProposal) =>
  kind === 'changed' &&
  suspicions.length === 0 &&
  changes.every(({ before, after }) => before !== undefined && after >= before) &&
  current?.longContext?.aboveInputTokens === card.longContext?.aboveInputTokens;
