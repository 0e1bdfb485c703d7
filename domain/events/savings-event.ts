import type { Savings } from '../advice/savings.ts';
import { subjectOf } from '../alerts/alert.ts';
import { centUsd, formatUsd } from '../money.ts';
import type { ReportRange } from '../reporting/report-range.ts';
import type { PurserEvent } from './purser-event.ts';

const MOST_IDS = 10;

/** What a report of savings says. The event of a subscription's period is the same, however often it is made. */
export function savingsEventOf(
  { organizationId, subscription }: { organizationId: string; subscription: string },
  { fromMs, toMs }: ReportRange,
  savings: Savings,
  atMs: number,
): PurserEvent {
  const { realized, realizedNanoUsd, marginNanoUsd, routing, caches, open } = savings;
  const ids = open.flatMap(({ best, others }) => [best, ...others].map(({ id }) => id));
  return {
    kind: 'savings_reported',
    organizationId,
    dedupKey: ['savings', subscription, fromMs, toMs].join('#'),
    atMs,
    title: subjectOf(
      `Accepted advice saved ${centUsd(realizedNanoUsd)} USD; open advice would save ${centUsd(savings.openNanoUsdPerMonth)} USD a month`,
    ),
    data: {
      subscription,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      realizedUsd: formatUsd(realizedNanoUsd),
      leastRealizedUsd: formatUsd(realizedNanoUsd - marginNanoUsd),
      mostRealizedUsd: formatUsd(realizedNanoUsd + marginNanoUsd),
      measured: String(realized.length),
      routingSavedUsd: formatUsd(routing.savedNanoUsd),
      routingLostCacheUsd: formatUsd(routing.lostCacheNanoUsd),
      cacheSavedUsd: formatUsd(caches.prompts.savedNanoUsd),
      answersSavedUsd: formatUsd(caches.answers.savedNanoUsd),
      openUsdPerMonth: formatUsd(savings.openNanoUsdPerMonth),
      openIds: ids.slice(0, MOST_IDS).join(', '),
    },
  };
}
