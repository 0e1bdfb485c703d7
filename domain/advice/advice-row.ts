import { formatUsd, type NanoUsd } from '../money.ts';
import { csvLine } from '../reporting/csv.ts';
import { openGroupsOf } from './open-saving.ts';
import type { Outcome, Unmeasured } from './outcome.ts';
import type { Recommendation } from './recommendation.ts';

type Stored = Recommendation & {
  state: string;
  createdAtMs: number;
  updatedAtMs: number;
  decidedAtMs?: number | undefined;
  decidedBy?: string | undefined;
};

/** A recommendation with its outcome, for tables. */
export type AdviceRow = {
  recommendation: Stored;
  /** What its group saves together, if it is open and claims a saving. */
  netNanoUsdPerMonth: NanoUsd | undefined;
  /** True in one row of each group, so that net savings add up. */
  countsInNet: boolean;
  measured: { untilMs: number; outcome: Outcome | Unmeasured } | undefined;
};

/** Recommendations as rows, in their order. */
export function adviceRowsOf(
  items: readonly Stored[],
  measured: readonly {
    recommendation: Pick<Stored, 'id'>;
    untilMs: number;
    outcome: Outcome | Unmeasured;
  }[],
): AdviceRow[] {
  const groups = openGroupsOf(items);
  const nets = new Map(
    groups.flatMap(({ best, others, netNanoUsdPerMonth }) =>
      [best, ...others].map(({ id }) => [id, netNanoUsdPerMonth] as const),
    ),
  );
  const counted = new Set(groups.map(({ best }) => best.id));
  const outcomes = new Map(measured.map((outcome) => [outcome.recommendation.id, outcome]));
  return items.map((recommendation) => ({
    recommendation,
    netNanoUsdPerMonth: nets.get(recommendation.id),
    countsInNet: counted.has(recommendation.id),
    measured: outcomes.get(recommendation.id),
  }));
}

type Field = string | number | boolean | object | null;

const usd = (amount: NanoUsd | undefined): string | null =>
  amount === undefined ? null : formatUsd(amount);
const iso = (atMs: number | undefined): string | null =>
  atMs === undefined ? null : new Date(atMs).toISOString();
const outcomeIn = ({ measured }: AdviceRow): Outcome | undefined =>
  measured && 'realizedSavingNanoUsd' in measured.outcome ? measured.outcome : undefined;

/** The realized saving moved by a number of margins, an end of its interval. */
const realizedAt = (row: AdviceRow, margins: bigint): string | null => {
  const outcome = outcomeIn(row);
  return usd(outcome && outcome.realizedSavingNanoUsd + margins * outcome.marginNanoUsd);
};

const COLUMNS: [name: string, valueOf: (row: AdviceRow) => Field][] = [
  ['id', ({ recommendation }) => recommendation.id],
  ['group', ({ recommendation }) => recommendation.group?.id ?? null],
  ['kind', ({ recommendation }) => recommendation.kind],
  ['scope', ({ recommendation }) => recommendation.scope.scope],
  ['scopeId', ({ recommendation }) => recommendation.scope.scopeId],
  ['target', ({ recommendation }) => recommendation.target],
  ['state', ({ recommendation }) => recommendation.state],
  ['title', ({ recommendation }) => recommendation.title],
  ['isQuestion', ({ recommendation }) => recommendation.isQuestion],
  ['savingUsdPerMonth', ({ recommendation }) => usd(recommendation.savingNanoUsdPerMonth)],
  ['leastUsdPerMonth', ({ recommendation }) => usd(recommendation.saving?.leastPerMonthNanoUsd)],
  ['mostUsdPerMonth', ({ recommendation }) => usd(recommendation.saving?.mostPerMonthNanoUsd)],
  ['costUsdPerMonth', ({ recommendation }) => usd(recommendation.saving?.nowPerMonthNanoUsd)],
  ['savingPercent', ({ recommendation }) => percentOf(recommendation.saving?.share)],
  ['netSavingUsdPerMonth', ({ netNanoUsdPerMonth }) => usd(netNanoUsdPerMonth)],
  ['countsInNet', ({ countsInNet }) => countsInNet],
  ['realizedSavingUsd', (row) => realizedAt(row, 0n)],
  ['leastRealizedUsd', (row) => realizedAt(row, -1n)],
  ['mostRealizedUsd', (row) => realizedAt(row, 1n)],
  ['measuredUntil', ({ measured }) => iso(measured?.untilMs)],
  ['createdAt', ({ recommendation }) => iso(recommendation.createdAtMs)],
  ['updatedAt', ({ recommendation }) => iso(recommendation.updatedAtMs)],
  ['decidedAt', ({ recommendation }) => iso(recommendation.decidedAtMs)],
  ['decidedBy', ({ recommendation }) => recommendation.decidedBy ?? null],
  ['request', ({ recommendation }) => recommendation.request ?? null],
];

const percentOf = (share: number | undefined): number | null =>
  share === undefined ? null : Math.round(share * 10_000) / 100;

/** The rows as CSV (RFC 4180) with a header. The request is JSON. */
export const adviceCsvOf = (rows: readonly AdviceRow[]): string =>
  csvLine(COLUMNS.map(([name]) => name)) +
  rows.map((row) => csvLine(COLUMNS.map(([, valueOf]) => textOf(valueOf(row))))).join('');

/** The rows as JSON Lines: one object per line, with the members that CSV has as columns. */
export const adviceJsonLinesOf = (rows: readonly AdviceRow[]): string =>
  rows
    .map(
      (row) =>
        `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, of]) => [name, of(row)])))}\n`,
    )
    .join('');

const textOf = (field: Field): string | null => {
  if (field === null) return null;
  return typeof field === 'object' ? JSON.stringify(field) : String(field);
};
