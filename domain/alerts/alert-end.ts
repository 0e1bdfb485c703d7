import { shownId } from '../scopes.ts';
import { type Alert, type AlertKind, subjectOf } from './alert.ts';

/** Kinds of messages that end what another kind began, under the same `incidentKey`. */
const ENDING_KINDS: readonly string[] = ['control_ended', 'override_decided'] satisfies AlertKind[];

/** Whether an alert ends an incident. */
export const endsIncident = ({ kind, isEnd }: Pick<Alert, 'kind' | 'isEnd'>): boolean =>
  isEnd === true || ENDING_KINDS.includes(kind);

/**
 * The end of an alert, for pagers: people are not told again.
 * @param why it is over, such as `the period is over`; an end is told once per reason
 * @param more what is so now, and what to do
 */
export function alertEndOf(alert: Alert, why: string, atMs: number, more = ''): Alert {
  const { endsAtMs: _ends, alsoSaidBy: _said, burst: _burst, ...rest } = alert;
  const incidentKey = alert.incidentKey ?? alert.dedupKey;
  return {
    ...rest,
    isEnd: true,
    incidentKey,
    dedupKey: [incidentKey, 'end', why].join('#'),
    atMs,
    subject: subjectOf(`Purser: over for ${alert.scope} ${shownId(alert)}: ${why}`),
    body: `This is over: ${why}.${more && ` ${more}`}`,
  };
}
