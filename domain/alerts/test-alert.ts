import { shownId, type SpelledScope } from '../scopes.ts';
import { type Alert, subjectOf, whoText } from './alert.ts';
import type { AlertChannel } from './alert-channel.ts';
import { written } from '../letters/letter.ts';

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
    subject: subjectOf(`Test: alerts about ${whoText(request)} reach you`),
    ...written({
      happened: `This is a test, requested by ${actor}. Alerts about ${whoText(request)}${scope === 'organization' ? '' : ` of ${organizationId}`} reach you this way.`,
      did: 'Nothing is wrong, and you need not do anything.',
    }),
    attributes: { event: 'test', organizationId, scope, scopeId, level: 'warning' },
  };
}
