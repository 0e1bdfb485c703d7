import { spentOfText } from '../controls/spend-unit.ts';
import { severityOf } from '../controls/thresholds.ts';
import { kindOf, type NamedScope } from '../scopes.ts';
import { type Alert, levelWord, subjectOf, whoText } from './alert.ts';
import {
  type AlertedBreach,
  breachAlertOf,
  DONE,
  isNotice,
  spentSentence,
} from './breach-alert.ts';
import { type LetterRow, written } from '../letters/letter.ts';
import { whenText } from './when-text.ts';

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
      : subjectOf(`${alert.subject}, and ${scopes - 1} others`);
  const { letter } = alert;
  if (!letter) throw new Error('a breach without a letter');
  return {
    ...alert,
    subject,
    dedupKey,
    ...written({
      ...letter,
      rows: [...(letter.rows ?? []), ...others.slice(0, BREACHES_LISTED).map(rowOf)],
      note: leftOut(others),
    }),
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
      `${levelWord(level.name)}: ${users} new users of key ${keyId} reached their limits, first ${spentSentence(first)}`,
    ),
    ...written({
      happened: `${users} users of ${organizationId} who never spent before have reached their limits. All of them used the key ${keyId}.`,
      rows: ordered.slice(0, BREACHES_LISTED).map(rowOf),
      todo: [
        'If these are not your users, the key was stolen. Revoke it: DELETE /v1/keys/{keyId}.',
        'See every breach: GET /v1/breaches. See every restriction: GET /v1/controls.',
      ],
      note: [
        ...(leftOut(ordered) ?? []),
        'If more new users of this key follow, one message at the end of the hour lists them.',
      ],
    }),
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

const leftOut = (breaches: readonly AlertedBreach[]): string[] | undefined => {
  const more = breaches.length - BREACHES_LISTED;
  return more > 0 ? [`And ${more} more: see GET /v1/breaches.`] : undefined;
};

/** Who spent how much of what limit, and what Purser did. */
const rowOf = (breach: AlertedBreach): LetterRow => ({
  name: `${whoText(breach)}, ${breach.level.name}`,
  value: `${spentOfText(breach, breach.spent, breach.limit)} ${whenText(breach.period, breach.periodKey)}, ${DONE[breach.executedAction]}`,
});
