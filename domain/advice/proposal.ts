import type { Evidence } from './evidence.ts';
import type { AdviceKind, ApplyRequest, Change, Effort, QualityRisk } from './recommendation.ts';
import type { RouteHistory } from './route-history.ts';
import { isWorthTelling, type Saving } from './saving.ts';
import type { Serve } from './serving.ts';

/**
 * What a change is made to. Changes of one lever exclude each other, so only the best one is advised.
 * Changes of different levers compose, in this order.
 */
export const LEVERS = [
  'failures',
  'loops',
  'answers',
  'model',
  'place',
  'tier',
  'input',
  'cache',
] as const;
export type Lever = (typeof LEVERS)[number];

/** A change of how a route's requests are served, which a rule found to save money. */
export type Proposal = {
  kind: AdviceKind;
  lever: Lever;
  change: Change;
  serve: Serve;
  saving: Saving;
  /**
   * True if it depends on something that nobody measured or said. It is then asked, and not advised.
   */
  isQuestion: boolean;
  /** It ends a loss: `what` tells what fell and when, and `basis` why. */
  isLoss?: true | undefined;
  /** What to do, as the beginning of a title: `Serve faq with Claude Haiku 4.5`. */
  what: string;
  /** What the saving rests on, as the end of a title: `measured on 420 graded answers`. */
  basis: string;
  /** What a person does to carry it out. */
  action: string;
  /** The complete call of the API that does it, or that a caller sends from then on. */
  request?: ApplyRequest | undefined;
  effort: Effort;
  evidence: Evidence;
  qualityRisk?: QualityRisk | undefined;
};

/** What a rule returns for one route. */
export type Rule = (history: RouteHistory) => Proposal[];

/**
 * The best proposal of every lever, in the order in which they compose. Advice comes before a question.
 * A change that is open already stays, unless another one saves a tenth more: otherwise two nearly
 * equal changes would take turns.
 * @param isOpen whether a change is open advice now
 */
export function bestOfLevers(
  proposals: readonly Proposal[],
  isOpen: (proposal: Proposal) => boolean,
): Proposal[] {
  const worthy = proposals.filter(({ saving }) => isWorthTelling(saving));
  const rankOf = (proposal: Proposal): bigint => {
    const { leastPerMonthNanoUsd } = proposal.saving;
    return isOpen(proposal) ? (leastPerMonthNanoUsd * 11n) / 10n : leastPerMonthNanoUsd;
  };
  return LEVERS.flatMap((lever) => {
    const ofLever = worthy.filter((proposal) => proposal.lever === lever);
    const certain = ofLever.filter(({ isQuestion }) => !isQuestion);
    const candidates = certain.length > 0 ? certain : ofLever;
    const best = candidates.reduce<Proposal | undefined>(
      (most, proposal) => (most && rankOf(most) >= rankOf(proposal) ? most : proposal),
      undefined,
    );
    return best ? [best] : [];
  });
}
