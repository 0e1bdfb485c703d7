import { shownId, type SpelledScope } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';
import type { AlertChannel } from './alert-channel.ts';

type Asked = SpelledScope & {
  organizationId: string;
  actor: string;
  onlyChannel: AlertChannel | undefined;
  dedupKey: string;
  atMs: number;
};

/** The alert that tests the channels of a scope. */
export function testAlertOf({ actor, ...request }: Asked): Alert {
  const { scope, organizationId } = request;
  const scopeId = shownId(request);
  return {
    kind: 'test',
    severity: 'warning',
    ...request,
    subject: subjectOf(`Purser test: alerts about ${scope} ${scopeId} reach you`),
    body: [
      `This is a test. Alerts about the ${scope} ${scopeId} of ${organizationId} reach you this way.`,
      '',
      `${actor} requested it. Nothing is wrong, and you need not do anything.`,
    ].join('\n'),
    attributes: { event: 'test', organizationId, scope, scopeId, level: 'warning' },
  };
}
