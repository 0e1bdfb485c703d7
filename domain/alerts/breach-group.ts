import { stateText } from '../controls/restriction.ts';
import { spentOfText, unitAmountText } from '../controls/spend-unit.ts';
import { kindOf } from '../scopes.ts';
import { type Alert, levelWord, subjectOf, whoText } from './alert.ts';
import type { AlertedBreach } from './alerted-breach.ts';
import { breachAlertOf, spentSentence } from './breach-alert.ts';
import { type ToldLevel, toldLevels } from './told-levels.ts';
import { type LetterRow, written } from '../letters/letter.ts';
import { whenText } from './when-text.ts';

/** Scopes that an alert of several breaches lists; it only counts the others. */
export const BREACHES_LISTED = 8;

/** Users without any earlier spend, limit or budget who spent through one credential. */
export type NewUsers = { keyId: string; users: number };

/**
 * One alert about the most severe of several breaches, or about a single one.
 * @param breaches of one organization with the same recipients, at least one
 * @param dedupKey identifies all of them together
 */
export function breachGroupAlertOf(breaches: readonly AlertedBreach[], dedupKey: string): Alert {
  const [told, ...others] = toldLevels(breaches);
  if (!told) throw new Error('an alert of no breach');
  const { breach: first, lower } = told;
  const alert = breachAlertOf(first);
  if (breaches.length === 1) return { ...alert, dedupKey };
  const scopes = new Set(breaches.map(({ scope, scopeId }) => `${scope}#${scopeId}`)).size;
  const kind = kindOf(first.scope);
  // A spend counts in one scope of each kind, so another of the same kind spent something else.
  const more =
    new Set(breaches.filter(({ scope }) => scope === first.scope).map(({ scopeId }) => scopeId))
      .size - 1;
  const subject =
    more === 0
      ? alert.subject
      : subjectOf(`${alert.subject}, and ${more} more ${more === 1 ? kind : `${kind}s`}`);
  const { letter } = alert;
  if (!letter) throw new Error('a breach without a letter');
  return {
    ...alert,
    subject,
    dedupKey,
    ...written({
      ...letter,
      rows: [
        ...(letter.rows ?? []),
        ...(lower.length > 0 ? [{ name: 'Also reached', value: lowerText(lower) }] : []),
        ...others.slice(0, BREACHES_LISTED).map(rowOf),
      ],
      note: leftOut(others),
    }),
    attributes: {
      ...alert.attributes,
      levels: [first, ...lower].map(({ level }) => level.name).join(' '),
      breaches: String(breaches.length),
      scopes: String(scopes),
    },
  };
}

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
  const ordered = toldLevels(breaches);
  const first = ordered[0]?.breach;
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
    endsAtMs: first.endsAtMs,
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
        ...leftOut(ordered),
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

const leftOut = (told: readonly ToldLevel[]): string[] => {
  const more = told.length - BREACHES_LISTED;
  return more > 0 ? [`And ${more} more: see GET /v1/breaches.`] : [];
};

/** Who spent how much of what limit, which lower levels it reached, too, and what is in force. */
const rowOf = ({ breach, lower }: ToldLevel): LetterRow => ({
  name: `${whoText(breach)}, ${breach.level.name}`,
  value: [
    `${spentOfText(breach, breach.spent, breach.limit)} ${whenText(breach.period, breach.periodKey)}`,
    ...(lower.length > 0 ? [`also ${lowerText(lower)}`] : []),
    ...(breach.control ? [`in force: ${stateText(breach.control.restriction)}`] : []),
  ].join(', '),
});

/** `its critical level of 10.00 USD and its warning level of 5.00 USD`. */
const lowerText = (lower: readonly AlertedBreach[]): string =>
  lower
    .map((breach) => `its ${breach.level.name} level of ${unitAmountText(breach, breach.limit)}`)
    .join(' and ');
