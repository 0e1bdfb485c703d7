import { formatUsd } from '../../domain/money.ts';
import { predictionError } from '../traces/prediction-error.ts';
import { quantiles } from '../../domain/series/quantile.ts';
import type { AwaitedReport } from './cost-report.ts';
import type { ReplayTally } from './replay-tally.ts';
import type { LedgerComparison } from './compare-ledger.ts';
import type { TraceSurvey } from './replay-rows.ts';
import type { ReplayRun } from './replay-run.ts';
import { grouped, milliseconds, percent, textTable } from '../../bin/tools/text-table.ts';
import type { TraceFile } from '../traces/trace-file.ts';

/** All results of a replay. */
export type ReplayOutcome = {
  trace: TraceFile;
  survey: TraceSurvey;
  tally: ReplayTally;
  run: ReplayRun;
  awaited: AwaitedReport;
  ledger: LedgerComparison;
  stopped: boolean;
};

const LATENCY_SHARES = [0.5, 0.95, 0.99];
const WIDTH = 80;

/** The final report of a replay, at most 80 columns wide. */
export function replayText(outcome: ReplayOutcome): string {
  const { survey, tally, run, awaited, ledger } = outcome;
  const seconds = tally.durationMs / 1_000;
  const error = predictionError(tally.costs);
  return [
    '',
    heading('Requests'),
    textTable([
      ['sent', grouped(tally.sent), `of ${grouped(survey.rows)} rows`],
      ...Object.entries(tally.decisions)
        .filter(([, count]) => count > 0)
        .map(([decision, count]) => [decision, grouped(count), percent(count / tally.sent)]),
      ['settled', grouped(tally.settled), ''],
    ]),
    ...counted('refused by', tally.refusals),
    ...counted('failed', tally.failures),
    ...counted('skipped', survey.skipped),
    ...(survey.modelsReplaced > 0
      ? [`model of the trace has no price, default taken: ${grouped(survey.modelsReplaced)} rows`]
      : []),
    ...(tally.retries > 0 ? [`attempts repeated: ${grouped(tally.retries)}`] : []),
    '',
    heading('Speed'),
    textTable([
      ['', 'p50 ms', 'p95 ms', 'p99 ms', 'requests/s'],
      ['reserve', ...latencies(tally.reserveLatenciesMs, seconds)],
      ['settle', ...latencies(tally.settleLatenciesMs, seconds)],
    ]),
    '',
    heading('Prediction, per request'),
    error
      ? textTable([
          ['in10', 'MdAPE', 'WAPE', 'bias', 'cover', 'hold'],
          [
            percent(error.in10),
            percent(error.mdape),
            percent(error.wape),
            percent(error.bias),
            percent(error.cover),
            `×${error.hold.toFixed(2)}`,
          ],
        ])
      : 'no request was predicted and settled',
    '',
    heading(`Costs of the hours from ${hourText(run.rangeUntil(0).fromMs)}, by system`),
    textTable([
      ['', 'requests', 'USD'],
      ...awaited.report.groups.map(({ key, requests, costUsd }) => [
        key ?? '(none)',
        grouped(requests),
        costUsd,
      ]),
      ['total', grouped(awaited.report.total.requests), awaited.report.totalUsd],
    ]),
    '',
    heading('Ledger'),
    textTable([
      ['settlements of this run', `${formatUsd(tally.settledNanoUsd)} USD`],
      [
        run.resumed ? 'report since the run first began' : 'report grew by',
        `${reportGrowth(outcome)} USD`,
      ],
    ]),
    verdict(outcome),
    ledgerLine(ledger),
    ...(outcome.stopped ? ['', 'Stopped before the end of the trace.'] : []),
  ].join('\n');
}

/** The same figures as data. */
export function replayJson(outcome: ReplayOutcome) {
  const { trace, survey, tally, run, awaited, ledger } = outcome;
  const seconds = tally.durationMs / 1_000;
  return {
    trace: {
      path: trace.path,
      format: trace.format.name,
      ...survey,
      skipped: Object.fromEntries(survey.skipped),
    },
    runId: run.runId,
    stopped: outcome.stopped,
    sent: tally.sent,
    settled: tally.settled,
    decisions: tally.decisions,
    refusals: Object.fromEntries(tally.refusals),
    failures: Object.fromEntries(tally.failures),
    retries: tally.retries,
    durationSeconds: seconds,
    reserve: latencyJson(tally.reserveLatenciesMs, seconds),
    settle: latencyJson(tally.settleLatenciesMs, seconds),
    prediction: predictionError(tally.costs) ?? null,
    heldUsd: formatUsd(tally.heldNanoUsd),
    settledUsd: formatUsd(tally.settledNanoUsd),
    reportGrowthUsd: reportGrowth(outcome),
    totalsMatch: awaited.matches,
    reportLagMs: Math.round(awaited.lagMs),
    ledger,
    report: { ...awaited.report, totalNanoUsd: undefined },
  };
}

function verdict({ tally, awaited }: ReplayOutcome): string {
  const lag = `${(awaited.lagMs / 1_000).toFixed(1)} s`;
  return awaited.matches
    ? `equal to the nano-dollar, ${lag} after the last settlement`
    : `DIFFERENT after ${lag}, for ${grouped(tally.settled)} settlements. Other callers at the same\n` +
        'time, or holds that expired, would also make the report grow.';
}

function ledgerLine(ledger: LedgerComparison): string {
  if (ledger.state === 'not compared') return `ledger:check not run: ${ledger.reason}`;
  if (ledger.state === 'violated') return `ledger:check FAILED:\n${ledger.output}`;
  const { ledgerUsd, reportUsd } = ledger;
  return ledger.state === 'equal'
    ? `ledger:check holds; all its entries charge ${ledgerUsd} USD,\nas the report of all days does`
    : `ledger:check holds, but its entries charge ${ledgerUsd} USD\nand the report of all days ${reportUsd} USD`;
}

const reportGrowth = ({ awaited, run }: ReplayOutcome): string =>
  formatUsd(awaited.report.totalNanoUsd - run.beforeNanoUsd);

function latencies(values: readonly number[], seconds: number): string[] {
  return [
    ...quantiles(values, LATENCY_SHARES).map(milliseconds),
    (values.length / Math.max(seconds, 0.001)).toFixed(1),
  ];
}

function latencyJson(values: readonly number[], seconds: number) {
  const [p50Ms, p95Ms, p99Ms] = quantiles(values, LATENCY_SHARES);
  return { count: values.length, p50Ms, p95Ms, p99Ms, perSecond: values.length / seconds };
}

const counted = (what: string, reasons: ReadonlyMap<string, number>): string[] =>
  [...reasons]
    .toSorted(([, first], [, second]) => second - first)
    .map(([reason, count]) => `${what}: ${grouped(count)} × ${reason}`.slice(0, WIDTH));

const heading = (text: string): string => `── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`;

const hourText = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 16)}Z`;
