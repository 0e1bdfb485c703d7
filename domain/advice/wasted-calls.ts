import type { Proposal } from './proposal.ts';
import { routeText } from './route.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import type { RateOf, Serve } from './serving.ts';
import { isWasted, type Waste, WASTES } from './waste.ts';

/** Some failures are normal. */
const LEAST_WASTED_SHARE = 0.02;

const WORDS: Readonly<Record<Waste, Pick<Proposal, 'action'> & { what: string; basis: string }>> = {
  failures: {
    what: 'Stop paying for calls that fail in',
    basis: 'of its calls failed and were billed',
    action:
      'Look at the calls with "status": "failed" (GET /v1/usage), mend their cause, and wait longer between retries',
  },
  loops: {
    what: 'Stop agents from asking the same again in',
    basis: 'of its calls repeated a prompt of their session within ten minutes',
    action: 'Limit the steps of an agent, and stop it when it sends a prompt a second time',
  },
};

/**
 * Calls that were paid for and gave nothing: those that failed, and those by which an agent asked the
 * same again and again within a session.
 */
export const proposeFewerCalls = (history: RouteHistory, rateOf: RateOf): Proposal[] =>
  WASTES.flatMap((waste) => proposalFor(waste, history, rateOf));

function proposalFor(waste: Waste, history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route } = history;
  const requests = requestsOf(history);
  const wasted = requests.filter((request) => isWasted(waste, request)).length;
  if (wasted < requests.length * LEAST_WASTED_SHARE) return [];
  const serve: Serve = (request, served) => (isWasted(waste, request) ? 'not-made' : served);
  const saving = savingOf(history, serve, rateOf);
  if (!saving) return [];
  const { what, basis, action } = WORDS[waste];
  return [
    {
      kind: 'calls',
      lever: waste,
      change: { kind: 'calls', route, of: waste },
      serve,
      saving,
      isQuestion: false,
      what: `${what} ${routeText(route)}`,
      basis: `${Math.round((100 * wasted) / requests.length)} % ${basis}`,
      action,
      effort: 'medium',
      evidence: waste === 'failures' ? { failedRequests: wasted } : { repeats: wasted },
    },
  ];
}
