import { nameWithId } from '../naming/display-name.ts';
import type { Effects, Mover } from '../anomalies/explain-anomaly.ts';
import { centUsd, formatUsd, type NanoUsd } from '../money.ts';
import { shownId, type SpelledScope } from '../scopes.ts';
import { type Alert, subjectOf, whoText } from './alert.ts';
import { type LetterRow, percentText, shareOf, written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

/** Hours or a day of a scope that cost more than its history explains. */
export type AlertedAnomaly = {
  fromMs: number;
  toMs: number;
  actualNanoUsd: NanoUsd;
  expectedNanoUsd: NanoUsd;
  /** Compared with the same hours a week earlier. */
  explanation?: { differenceNanoUsd: NanoUsd; cause: keyof Effects; movers: readonly Mover[] };
};

export const MOVERS_TOLD = 3;

const CAUSES: Record<keyof Effects, string> = {
  volume: 'more requests',
  mix: 'requests to more expensive models',
  size: 'longer requests',
  tokenMix: 'more output tokens, or fewer tokens from a cache',
  price: 'different prices for the same tokens',
};

const CAUSES_OF_FALLS: Record<keyof Effects, string> = {
  volume: 'fewer requests',
  mix: 'requests to less expensive models',
  size: 'shorter requests',
  tokenMix: 'fewer output tokens, or more tokens from a cache',
  price: 'lower prices for the same tokens',
};

/** The alert for an anomaly, sent once however long it lasts. */
export function anomalyAlertOf(
  { organizationId, ...about }: SpelledScope & { organizationId: string },
  anomaly: AlertedAnomaly,
  atMs: number,
): Alert {
  const { fromMs, toMs, actualNanoUsd, expectedNanoUsd, explanation } = anomaly;
  const from = new Date(fromMs).toISOString();
  const { scope, scopeId } = about;
  const who =
    scope === 'organization' ? nameWithId(about.displayName, organizationId) : whoText(about);
  const movers = (explanation?.movers ?? []).slice(0, MOVERS_TOLD);
  const [first] = movers;
  return {
    kind: 'anomaly_detected',
    severity: 'warning',
    organizationId,
    ...about,
    // By day, because once the next hour is known the anomaly may begin an hour earlier or later.
    dedupKey: ['anomaly', organizationId, scope, scopeId, from.slice(0, 10)].join('#'),
    atMs,
    subject: subjectOf(
      [
        `Warning: ${who} spent ${centUsd(actualNanoUsd)} USD where ${centUsd(expectedNanoUsd)} is usual`,
        ...(first ? [`mostly ${first.dimension} ${first.value}`] : []),
      ].join(', '),
    ),
    ...written({
      happened: `Between ${minuteText(fromMs)} and ${minuteText(toMs)}, ${who} spent ${centUsd(actualNanoUsd)} USD. Its history leads one to expect ${centUsd(expectedNanoUsd)} USD.${causeText(anomaly)}`,
      did: 'Purser restricted nothing.',
      rows: [
        amountRow('Spent', actualNanoUsd, actualNanoUsd),
        amountRow('Usual', expectedNanoUsd, actualNanoUsd),
        ...movers.map((mover) => moverRow(mover, explanation?.differenceNanoUsd ?? 0n)),
      ],
      todo: [
        'See the hours and what changed: GET /v1/anomalies.',
        'If this is wrong, stop the source: POST /v1/controls.',
      ],
    }),
    attributes: {
      event: 'anomaly_detected',
      organizationId,
      scope,
      scopeId: shownId(about),
      from,
      actualUsd: formatUsd(actualNanoUsd),
      expectedUsd: formatUsd(expectedNanoUsd),
    },
  };
}

/** A sentence after others; empty without an explanation. */
export function causeText({ explanation }: Pick<AlertedAnomaly, 'explanation'>): string {
  if (!explanation) return '';
  const words = explanation.differenceNanoUsd < 0n ? CAUSES_OF_FALLS : CAUSES;
  return ` The cause is mostly ${words[explanation.cause]}.`;
}

const amountRow = (name: string, amount: NanoUsd, most: NanoUsd): LetterRow => ({
  name,
  value: `${centUsd(amount)} USD`,
  share: shareOf(amount, most),
});

/** @param than what the difference is to, such as `a week earlier` */
export function moverRow(
  { dimension, value, beforeNanoUsd, afterNanoUsd }: Mover,
  difference: NanoUsd,
  than = 'a week earlier',
): LetterRow {
  const sign = difference < 0n ? -1n : 1n;
  const moved = sign * (afterNanoUsd - beforeNanoUsd);
  const whole = sign * difference;
  return {
    name: `${dimension} ${value}`,
    value: `${centUsd(beforeNanoUsd)} → ${centUsd(afterNanoUsd)} USD, ${percentText(moved, whole)} of the difference to ${than}`,
    share: shareOf(moved, whole),
  };
}
