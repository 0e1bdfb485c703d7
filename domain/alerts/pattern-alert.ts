import type { NamedPattern } from '../patterns/pattern-history.ts';
import type { ScopeRef } from '../scopes.ts';
import { written } from '../letters/letter.ts';
import { type Alert, attributesOf, subjectOf } from './alert.ts';

type Change = { before: NamedPattern; after: NamedPattern };

const MEANINGS: Record<NamedPattern['pattern'], string> = {
  steady: 'It stays near its level.',
  growing: 'It rises from week to week.',
  declining: 'It falls from week to week.',
  spiky: 'Single days cost far more than the others.',
  seasonal: 'It differs by the day of the week.',
};

/** The alert for a scope whose spend follows another pattern than before, sent once per change. */
export function patternAlertOf(
  { organizationId, scope, scopeId }: ScopeRef & { organizationId: string },
  { before, after }: Change,
  atMs: number,
): Alert {
  return {
    kind: 'pattern_changed',
    severity: 'warning',
    organizationId,
    scope,
    scopeId,
    dedupKey: ['pattern', organizationId, scope, scopeId, after.since].join('#'),
    atMs,
    // News, and nothing that lasts.
    endsAtMs: atMs,
    subject: subjectOf(
      `Notice: the spend of ${scope} ${scopeId} is now ${after.pattern}, it was ${before.pattern}`,
    ),
    ...written({
      happened: `The spend of ${scope} ${scopeId} of ${organizationId} follows another pattern.`,
      did: 'Purser restricted nothing.',
      rows: [
        {
          name: 'Now',
          value: `${after.pattern}, since ${after.since}. ${MEANINGS[after.pattern]}`,
        },
        { name: 'Before', value: `${before.pattern}, since ${before.since}` },
        { name: 'Evidence', value: evidenceText(after) },
      ],
      todo: [
        'Nothing, if you expected this.',
        'See the evidence and earlier patterns: GET /v1/patterns.',
        'See what the next days will cost: GET /v1/forecasts.',
      ],
    }),
    attributes: attributesOf({
      event: 'pattern_changed',
      organizationId,
      scope,
      scopeId,
      pattern: after.pattern,
      since: after.since,
      before: before.pattern,
      beforeSince: before.since,
      reason: after.reason,
    }),
  };
}

function evidenceText({ reason, evidence, weeklyChangePercent }: NamedPattern): string {
  const lasted = reason === 'clear' ? 'clear in this week' : 'the same for five weeks';
  if (!evidence) return `no other pattern stands out, ${lasted}`;
  const size = `days differ by ${(100 * evidence.size).toFixed(0)} % because of it`;
  const change =
    evidence.pattern === 'growing' || evidence.pattern === 'declining'
      ? `${weeklyChangePercent.toFixed(0)} % a week`
      : size;
  return `${change}, ${lasted}`;
}
