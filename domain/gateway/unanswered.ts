import type { Failure } from './failure.ts';

/** Why there is no answer: no connection, none in time, or it broke off. */
export type Unanswered = 'unconnected' | 'late' | 'broken';

const FACTS: Record<Unanswered, { status: number; kind: Failure['kind']; message: string }> = {
  unconnected: {
    status: 503,
    kind: 'overloaded',
    message: 'No provider of this model can be reached now. Nothing was charged. Retry shortly.',
  },
  late: {
    status: 504,
    kind: 'timeout',
    message:
      'The provider did not answer in time. Purser charges what it expected the call to use, because the provider may.',
  },
  broken: {
    status: 502,
    kind: 'broken',
    message:
      'The provider broke off its answer. Purser charges what it can tell that the call used.',
  },
};

/** The failure to get an answer from a provider. */
export function unansweredFailure(because: Unanswered): Failure {
  const { status, kind, message } = FACTS[because];
  const code = `provider_${because}`;
  const title = 'The provider did not answer';
  const problem = { type: 'about:blank', title, status, detail: message, code };
  return { kind, status, message, code, headers: {}, problem };
}
