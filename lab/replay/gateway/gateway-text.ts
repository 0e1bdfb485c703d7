import { grouped, milliseconds, percent, textTable } from '../../../bin/tools/text-table.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { formatUsd } from '../../../domain/money.ts';
import { modelStem } from '../../../domain/pricing/model-id.ts';
import type { PricedModel } from '../priced-models.ts';
import type { ClosedCall } from './closed-calls.ts';
import {
  callsByEnd,
  countedTooMuch,
  endsOf,
  type GatewayOutcome,
  isSound,
  type LedgerEnd,
} from './replay-gateway.ts';

const CLIENT_ENDS = {
  answered: 'answered',
  gone: 'client went away',
  refused: 'refused',
  failed: 'failed',
} as const;

const LEDGER_ENDS: Record<LedgerEnd, string> = {
  delivered: 'delivered: settled at what the provider counted',
  drained: 'drained: client gone, settled at what it counted',
  failed: 'failed: voided, or an estimate of what broke off',
  lost: 'lost: no answer after it was sent, an estimate',
  open: 'open, expired or not readable: must be none',
};

/** The final report of a replay through the gateway, at most 80 columns wide. */
export function gatewayReplayText(
  outcome: GatewayOutcome,
  catalog: readonly PricedModel[],
): string {
  return [
    '',
    'A tenth of the calls failed upstream, us-east-1 was down, one model was slow.',
    ...clientLines(outcome),
    '',
    ...ledgerLines(outcome, catalog),
    '',
    ...countLines(outcome),
    ledgerLine(outcome.ledger),
    countedLine(outcome),
    isSound(outcome)
      ? 'SOUND: every call is settled or voided, and counted once.'
      : `DIFFERENT: ${faultsOf(outcome).join(', ')}.`,
  ].join('\n');
}

/** What clients saw. */
function clientLines({ sent }: GatewayOutcome): string[] {
  const waits = quantiles(
    sent.map(({ firstByteMs }) => firstByteMs),
    [0.5, 0.95, 0.99],
  );
  return [
    textTable([
      ['calls', grouped(sent.length), ''],
      ...(Object.keys(CLIENT_ENDS) as (keyof typeof CLIENT_ENDS)[]).map((end) => {
        const count = endsOf(sent, end).length;
        return [`  ${CLIENT_ENDS[end]}`, grouped(count), percent(count / Math.max(1, sent.length))];
      }),
      ...[...countBy(sent.map(({ status }) => `HTTP ${status}`))].map(([name, count]) => [
        `  ${name}`,
        grouped(count),
        '',
      ]),
    ]),
    '',
    textTable([
      ['served by', 'calls'],
      ...[
        ...countBy(sent.flatMap(({ model, region }) => (model ? `${model} ${region ?? ''}` : []))),
      ]
        .toSorted(([, left], [, right]) => right - left)
        .map(([name, count]) => [`  ${name}`, grouped(count)]),
    ]),
    `Headers after ${waits.map(milliseconds).join(' / ')} ms (p50 / p95 / p99).`,
  ];
}

/** How calls ended in the ledger, and what they cost and are worth. */
function ledgerLines(outcome: GatewayOutcome, catalog: readonly PricedModel[]): string[] {
  const { closed } = outcome;
  return [
    textTable([
      ['in the ledger', 'calls', 'USD'],
      ...[...callsByEnd(outcome)].map(([end, calls]) => [
        `  ${LEDGER_ENDS[end]}`,
        grouped(calls.length),
        usdOf(calls),
      ]),
    ]),
    '',
    textTable([
      ['settled, by model', 'calls', 'USD', 'quality'],
      ...modelRows(closed, catalog),
      ['  total', ...modelFigures(closed.filter(isSettled), catalog)],
    ]),
    'Quality is what the catalog says of each model, and its mean over the calls.',
  ];
}

/** What providers and reports counted. */
const countLines = ({ used, counted, report }: GatewayOutcome): string[] => [
  textTable([
    ['tokens', 'input', 'output', 'calls'],
    ['  providers counted', ...numbers(used.inputTokens, used.outputTokens, used.calls)],
    ['  reports count', ...numbers(counted.inputTokens, counted.outputTokens, counted.requests)],
  ]),
  '',
  textTable([
    ['costs of these hours', 'requests', 'USD'],
    ...report.groups.map(({ key, requests, costUsd }) => [
      `  ${key ?? '(none)'}`,
      grouped(requests),
      costUsd,
    ]),
    ['  total', grouped(report.total.requests), report.totalUsd],
  ]),
];

const isSettled = ({ state }: ClosedCall): boolean => state === 'settled';

const usdOf = (calls: readonly ClosedCall[]): string =>
  formatUsd(calls.reduce((sum, { settledNanoUsd }) => sum + settledNanoUsd, 0n));

function modelRows(closed: readonly ClosedCall[], catalog: readonly PricedModel[]): string[][] {
  const byModel = Map.groupBy(closed.filter(isSettled), ({ model }) => modelStem(model));
  return [...byModel]
    .toSorted(([, left], [, right]) => right.length - left.length)
    .map(([stem, calls]) => [`  ${stem}`, ...modelFigures(calls, catalog)]);
}

/** The mean of the qualities that the catalog states leaves out calls of models without one. */
function modelFigures(calls: readonly ClosedCall[], catalog: readonly PricedModel[]): string[] {
  const qualities = calls.flatMap(({ model }) => {
    const stem = modelStem(model);
    return catalog.find((each) => modelStem(each.model) === stem)?.quality ?? [];
  });
  const sum = qualities.reduce((total, quality) => total + quality, 0);
  const mean = qualities.length === 0 ? 'not stated' : (sum / qualities.length).toFixed(3);
  return [grouped(calls.length), usdOf(calls), mean];
}

/** What is counted twice, which must be nothing. */
function countedLine(outcome: GatewayOutcome): string {
  const { requests, inputTokens, outputTokens } = countedTooMuch(outcome);
  const twice = [
    ...(requests > 0 ? [`requests ${grouped(requests)}`] : []),
    ...(inputTokens > 0 ? [`input tokens ${grouped(inputTokens)}`] : []),
    ...(outputTokens > 0 ? [`output tokens ${grouped(outputTokens)}`] : []),
  ];
  return `counted twice: ${twice.join(', ') || 'none'}`;
}

/** What makes a replay unsound. */
function faultsOf(outcome: GatewayOutcome): string[] {
  const open = callsByEnd(outcome).get('open')?.length ?? 0;
  const surplus = Object.values(countedTooMuch(outcome));
  return [
    ...(open > 0 ? [`calls neither settled nor voided: ${grouped(open)}`] : []),
    ...(surplus.some((each) => each > 0) ? ['something is counted twice'] : []),
    ...(surplus.some((each) => each < 0) ? ['something is not counted'] : []),
    ...(outcome.ledger.state === 'equal' ? [] : ['the ledger does not agree']),
  ];
}

const ledgerLine = (ledger: GatewayOutcome['ledger']): string => {
  if (ledger.state === 'not compared') return `ledger:check not run: ${ledger.reason}`;
  if (ledger.state === 'violated') return `ledger:check FAILED:\n${ledger.output}`;
  return `ledger:check holds; its entries charge ${ledger.ledgerUsd} USD, reports ${ledger.reportUsd} USD`;
};

const numbers = (...values: number[]): string[] => values.map(grouped);

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
