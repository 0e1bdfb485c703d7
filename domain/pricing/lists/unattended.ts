import type { CardProposal } from './propose-cards.ts';

/**
 * Whether a proposal may be applied without a person: nothing is suspected, and no price falls. A
 * price that the card did not have replaces a dearer rule, so a person must see that as well.
 */
export const isSafeUnattended = ({ kind, current, card, changes, suspicions }: CardProposal) =>
  kind === 'changed' &&
  suspicions.length === 0 &&
  changes.every(({ before, after }) => before !== undefined && after >= before) &&
  current?.longContext?.aboveInputTokens === card.longContext?.aboveInputTokens;
