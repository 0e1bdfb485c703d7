import { isReached } from '../rollout.ts';
import { isAtLeast, type Severity } from '../severity.ts';
import type { Wishes } from './eligibility.ts';
import type { Merits } from './merits.ts';

/** The share of the requests that leave Purser a choice. */
const EXPLORED_PERCENT = 5;

/**
 * Whether a request tries another model, so that this one gets grades: a fixed share of those that
 * leave Purser a choice, never critical work, and never in the middle of a conversation.
 * @param id decides whether the request belongs to the share, so a repeat decides the same
 */
export function isExploring(
  { model, candidates, downgrade, severity }: Wishes & { severity: Severity },
  { id, isInConversation }: { id: string; isInConversation: boolean },
): boolean {
  const hasChoice = downgrade !== false && (model === undefined || candidates !== undefined);
  if (!hasChoice || isInConversation || isAtLeast(severity, 'critical')) return false;
  return isReached('exploration', id, EXPLORED_PERCENT);
}

/**
 * The model to try: the one that may turn out best, by the upper end of what is known of its quality
 * (optimism in the face of uncertainty, as in UCB; Auer, Cesa-Bianchi and Fischer, 2002).
 * @param others models that would hold no more than the ordinary choice
 */
export const mostPromising = <Quote extends Merits>(others: readonly Quote[]): Quote | undefined =>
  others.reduce<Quote | undefined>(
    (best, quote) => (best && promiseOf(best) >= promiseOf(quote) ? best : quote),
    undefined,
  );

const promiseOf = ({ quality = 0, uncertainty = 0 }: Merits): number => quality + uncertainty;
