import { NANO_PER_USD } from '../../domain/money.ts';
import { tellSteps } from '../../services/analytics/tell-steps.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { guardedOn } from './guarded.ts';
import { postingWith } from './postings.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-10-20T00:00:00Z');

/** The start of a day of such an organization. */
export const dayAt = (day: number): number => START + day * DAY_MS;

/** An organization that spends every fourth hour; `levels` are dollars per posting, day by day. */
export async function spendingOn(store: EmbeddedStore, levels: readonly number[]) {
  const guarded = guardedOn(store.db);
  const { organizationId, analytics } = guarded;
  // Others spend in the same store, and are not looked at.
  const listActiveOrganizations = async (day: string) =>
    (await analytics.listActiveOrganizations(day)).filter((id) => id === organizationId);
  const alone = { ...guarded, analytics: { ...analytics, listActiveOrganizations } };
  const postings = levels.flatMap((level, day) =>
    [0, 4, 8, 12, 16, 20].flatMap((hour) => {
      const atMs = dayAt(day) + hour * HOUR_MS + 60_000;
      const of = { organizationId, occurredAtMs: atMs, postedAtMs: atMs };
      const amountOf = (dollars: number) =>
        (BigInt(Math.round(dollars * (100 + ((day * 5 + hour) % 7)))) * NANO_PER_USD) / 100n;
      if (level === 0) return [];
      // Ada spends half of what was usual, and grace the rest.
      const adas = Math.min(1, level / 2);
      return [
        postingWith({ ...of, amountNanoUsd: amountOf(adas), userId: 'ada' }),
        postingWith({ ...of, amountNanoUsd: amountOf(level - adas), userId: 'grace' }),
      ];
    }),
  );
  for (let from = 0; from < postings.length; from += 80) {
    await guarded.usage.record(postings.slice(from, from + 80), 400, dayAt(levels.length));
  }
  const toldOn = async (day: number) => {
    const nowMs = dayAt(day) + 2 * 60_000;
    guarded.at(nowMs);
    await tellSteps(alone, nowMs);
    return guarded.sent.splice(0);
  };
  return { ...alone, toldOn };
}

/** Dollars per posting, day by day, from stretches of days. */
export const levels = (...parts: [days: number, level: number][]): number[] =>
  parts.flatMap(([days, level]) => Array<number>(days).fill(level));
