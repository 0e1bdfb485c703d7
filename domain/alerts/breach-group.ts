import { shortText } from '../controls/spend-unit.ts';
import { severityOf } from '../controls/thresholds.ts';
import { kindOf, type NamedScope, shownId } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';
import { type AlertedBreach, breachAlertOf, isNotice, spentText } from './breach-alert.ts';

/** Scopes that an alert of several breaches lists; it only counts the others. */
export const BREACHES_LISTED = 8;

/** Order of equally severe breaches: the most informative scope comes first. */
const TELLING: Record<NamedScope | 'tag', number> = {
  session: 0,
  user: 1,
  model: 2,
  tag: 3,
  department: 4,
  system: 5,
  organization: 6,
};

/** Users without any earlier spend, limit or budget who spent through one credential. */
export type NewUsers = { keyId: string; users: number };

/**
 * One alert about the most severe of several breaches; a single breach keeps its own alert.
 * @param breaches of one organization with the same recipients, at least one
 * @param dedupKey identifies all of them together
 */
export function breachGroupAlertOf(breaches: readonly AlertedBreach[], dedupKey: string): Alert {
  const [first, ...others] = gravestFirst(breaches);
  if (!first) throw new Error('an alert of no breach');
  const alert = breachAlertOf(first);
  if (others.length === 0) return alert;
  const scopes = new Set(breaches.map(({ scope, scopeId }) => `${scope}#${scopeId}`)).size;
  const subject =
    scopes <= TELLING_SCOPES
      ? alert.subject
      : subjectOf(
          `Purser ${first.level.name}: ${scopes} scopes of ${first.organizationId}, first ${first.scope} ${shownId(first)}`,
        );
  return {
    ...alert,
    subject,
    dedupKey,
    body: [alert.body, '', 'Also reached', ...listOf(others)].join('\n'),
    attributes: { ...alert.attributes, breaches: String(breaches.length), scopes: String(scopes) },
  };
}

/** Each spender counts in one scope of every kind, so many scopes are the same spend. */
const TELLING_SCOPES = Object.keys(TELLING).length;

/**
 * Breaches of users whose first spending came through one credential, as one incident. The first
 * alert in an hour goes out at once, the following ones together at the end of the hour.
 * @param dedupKey identifies all of them together
 */
export function newUsersAlertOf(
  breaches: readonly AlertedBreach[],
  { keyId, users }: NewUsers,
  dedupKey: string,
): Alert {
  const ordered = gravestFirst(breaches);
  const [first] = ordered;
  if (!first) throw new Error('an alert of no breach');
  const { organizationId, level } = first;
  const { kind, atMs } = breachAlertOf(first);
  return {
    kind,
    severity: level.name,
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    dedupKey,
    incidentKey: ['new-users', organizationId, keyId, first.periodKey].join('#'),
    burst: `new-users#${keyId}`,
    atMs,
    subject: subjectOf(
      `Purser ${level.name}: ${users} new users of key ${keyId} reached thresholds`,
    ),
    body: [
      `${users} users without any earlier spending have reached thresholds. All of them used the key ${keyId}.`,
      '',
      ...listOf(ordered),
      '',
      'What to do',
      '- If these are not your users, the key was stolen. Revoke it: DELETE /v1/keys/{keyId}.',
      '- See every breach: GET /v1/breaches. See every restriction: GET /v1/controls.',
      '',
      'One message at the end of the hour lists any further new users of this key.',
    ].join('\n'),
    attributes: {
      event: kind,
      organizationId,
      scope: 'organization',
      scopeId: organizationId,
      level: level.name,
      keyId,
      users: String(users),
      breaches: String(breaches.length),
    },
  };
}

const gravestFirst = (breaches: readonly AlertedBreach[]): AlertedBreach[] =>
  breaches.toSorted(
    (left, right) =>
      Number(isNotice(left)) - Number(isNotice(right)) ||
      severityOf(right.level.name) - severityOf(left.level.name) ||
      TELLING[kindOf(left.scope)] - TELLING[kindOf(right.scope)] ||
      (left.scopeId < right.scopeId ? -1 : left.scopeId > right.scopeId ? 1 : 0),
  );

function listOf(breaches: readonly AlertedBreach[]): string[] {
  const more = breaches.length - BREACHES_LISTED;
  return [
    ...breaches.slice(0, BREACHES_LISTED).map(lineOf),
    ...(more > 0 ? [`- and ${more} more: see GET /v1/breaches`] : []),
  ];
}

const lineOf = (breach: AlertedBreach): string => {
  const { scope, level, period, periodKey } = breach;
  const limit = shortText(breach, breach.limit);
  return `- ${level.name}: ${scope} ${shownId(breach)} ${spentText(breach)} of ${limit} (${period} ${periodKey}), ${breach.executedAction}`;
};
