import type { Effects } from '../anomalies/explain-anomaly.ts';
import { type Alert, subjectOf } from './alert.ts';

/** Hours or a day of an organization that cost more than its history explains. Amounts in USD. */
export type AlertedAnomaly = {
  fromMs: number;
  toMs: number;
  actualUsd: string;
  expectedUsd: string;
  cause?: keyof Effects | undefined;
  /** Who moved most, in words. */
  movers: readonly string[];
};

const CAUSES: Record<keyof Effects, string> = {
  volume: 'more requests',
  mix: 'requests to more expensive models',
  size: 'longer requests',
  tokenMix: 'more output tokens, or fewer tokens from a cache',
  price: 'different prices for the same tokens',
};

/** The alert for an anomaly, sent once however long it lasts. */
export function anomalyAlertOf(
  organizationId: string,
  { fromMs, toMs, actualUsd, expectedUsd, cause, movers }: AlertedAnomaly,
  atMs: number,
): Alert {
  const from = new Date(fromMs).toISOString();
  return {
    kind: 'anomaly_detected',
    severity: 'warning',
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    // By day, because once the next hour is known the anomaly may begin an hour earlier or later.
    dedupKey: ['anomaly', organizationId, from.slice(0, 10)].join('#'),
    atMs,
    subject: subjectOf(`Purser: ${organizationId} has spent more than usual since ${from}`),
    body: [
      `Since ${from}, ${organizationId} has spent more than its history explains.`,
      '',
      `Spent:     ${actualUsd} USD until ${new Date(toMs).toISOString()}`,
      `Expected:  ${expectedUsd} USD`,
      ...(cause === undefined ? [] : [`Cause:     mostly ${CAUSES[cause]}`]),
      ...movers.map((mover) => `- ${mover}`),
      '',
      'What to do',
      '- See the hours and what changed: GET /v1/anomalies.',
      '- Stop the source: POST /v1/controls.',
    ].join('\n'),
    attributes: {
      event: 'anomaly_detected',
      organizationId,
      scope: 'organization',
      scopeId: organizationId,
      from,
      actualUsd,
      expectedUsd,
    },
  };
}
