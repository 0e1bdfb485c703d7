import type { Proposal } from './proposal.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import { routeText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** With fewer repeats, a cache would mostly miss. */
const LEAST_REPEATING_SHARE = 0.05;

/**
 * Whether to cache a route's answers, judged by what its exact repeats within a day cost. Repeats are
 * known where the gateway or the caller sends a hash of the prompt.
 */
export function proposeAnswerCache(history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route } = history;
  const requests = requestsOf(history);
  const repeats = requests.filter(({ answered }) => answered !== undefined).length;
  if (repeats < requests.length * LEAST_REPEATING_SHARE) return [];
  const serve: Serve = ({ answered }, served) => (answered === undefined ? served : 'not-made');
  const saving = savingOf(history, serve, rateOf);
  if (!saving) return [];
  return [
    {
      kind: 'cache',
      lever: 'answers',
      change: { kind: 'response-cache', route },
      serve,
      saving,
      isQuestion: false,
      what: `Cache the answers of ${routeText(route)} for a day`,
      basis: `${Math.round((100 * repeats) / requests.length)} % of its prompts repeat one of the last 24 hours`,
      action: 'Answer a request from a cache if the same "promptHash" was answered within 24 hours',
      effort: 'medium',
      evidence: {
        repeats,
        assumption: 'a repeated prompt may get the answer of the first one',
      },
    },
  ];
}
