import { BUDGET_MODES } from '../../../domain/ledger/budget.ts';
import { formatUsd } from '../../../domain/money.ts';
import { milliseconds, percent, textTable } from '../../../bin/tools/text-table.ts';
import { CONTENTION_INJECTED } from './contended-store.ts';
import { inRequests, median, targetsOf } from './ledger-targets.ts';
import type { ContentionFigures, ContentionResult } from './measure-contention.ts';
import type { LedgerBenchResult } from './measure-ledger.ts';
import type { Used } from './meter.ts';

/** Formats the figures as tables of at most 80 columns, targets last. */
export function ledgerBenchText(result: LedgerBenchResult): string {
  return [
    unitsText(result),
    ...result.contention.map(contentionText),
    CONTENTION_INJECTED,
    denialsText(result),
    exhaustionText(result),
    targetsText(result),
    lawsText(result),
  ].join('\n\n');
}

const UNIT_HEADER = ['write', 'refused', 'read', 'store calls'];

const cellsOf = ({ writeUnits, refusedUnits, readUnits, calls }: Used): string[] =>
  [writeUnits, refusedUnits, readUnits, calls].map((value) => value.toFixed(2));

function unitsText({ units }: LedgerBenchResult): string {
  const { requests, users, warm } = units.escrow;
  return [
    `Units per request (reserve and settle) under four budgets: ${requests} requests of
${users} users. Refused: writes that a condition or a conflict refused, which no
answer of the store names and AWS charges.`,
    textTable([
      ['', ...UNIT_HEADER],
      ...BUDGET_MODES.flatMap((mode) => {
        const { all, first, later } = units[mode];
        return [
          [mode, ...cellsOf(all)],
          ['  first of each user', ...cellsOf(first)],
          ['  the others', ...cellsOf(later)],
          ['  nothing borrowed: reserve', ...cellsOf(units[mode].warm.reserve)],
          ['  nothing borrowed: settle', ...cellsOf(units[mode].warm.settle)],
        ];
      }),
    ]),
    `Nothing was borrowed for ${percent(warm.share)} of the others in escrow.`,
  ].join('\n');
}

function contentionText(result: ContentionResult): string {
  const { clients, cold, asIs, injected, transactionMedianMs } = result;
  return [
    `${clients} clients, each a user of its own, share an organization's budgets`,
    textTable([
      ['', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'conflicts', 'retries', '503'],
      ['exact, as it is', ...figures(asIs.exact)],
      ['escrow, as it is', ...figures(asIs.escrow)],
      ['exact, injected', ...figures(injected.exact)],
      ['escrow, injected', ...figures(injected.escrow)],
      ['escrow, cold', ...figures(cold)],
    ]),
    `Requests/s of escrow over exact:
as it is  ${ratioText(asIs.ratios)}
injected  ${ratioText(injected.ratios)}; a transaction took ${milliseconds(transactionMedianMs)} ms (p50)
Cold: the first request of every client at once, injected.`,
  ].join('\n');
}

const figures = (each: ContentionFigures): string[] => [
  each.perSecond.toFixed(1),
  ...[each.p50Ms, each.p95Ms, each.p99Ms].map(milliseconds),
  each.used.conflicts.toFixed(2),
  each.retriesPerRequest.toFixed(2),
  percent(each.givenUp / each.requests),
];

const ratioText = (ratios: number[]): string =>
  `×${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} in ${ratios.length} slices)`;

function denialsText({ denials }: LedgerBenchResult): string {
  return [
    'A denied request',
    textTable([
      ['', ...UNIT_HEADER, 'denied/s'],
      ...BUDGET_MODES.flatMap((mode) => [
        [`${mode}, the first`, ...cellsOf(denials[mode].first), ''],
        [
          `${mode}, known to be dry`,
          ...cellsOf(denials[mode].dry),
          denials[mode].deniedPerSecond.toFixed(0),
        ],
      ]),
    ]),
  ].join('\n');
}

function exhaustionText({ exhaustion }: LedgerBenchResult): string {
  const { users, limitNanoUsd, idleNanoUsd, unusedNanoUsd, freeNanoUsd } = exhaustion;
  const { granted, rejected, givenUp, drawIns, tookMs } = exhaustion;
  const share = (part: bigint, whole: bigint): string => percent(Number(part) / Number(whole));
  return [
    `${users} users in escrow under one limit of ${formatUsd(limitNanoUsd)} USD`,
    textTable([
      ['lent and idle after a few requests of each', `${formatUsd(idleNanoUsd)} USD`],
      ['  of the limit', share(idleNanoUsd, limitNanoUsd)],
      ['  of what is not spent', share(idleNanoUsd, unusedNanoUsd)],
      ['granted until every client was rejected', String(granted)],
      ['  at a time, in all', `${rejected}, ${(tookMs / 1_000).toFixed(1)} s`],
      ['  draw-ins', String(drawIns)],
      ['  answered 503 on the way', String(givenUp)],
      ['used in the end', share(limitNanoUsd - freeNanoUsd, limitNanoUsd)],
      ['  left, in requests', inRequests(freeNanoUsd).toFixed(2)],
    ]),
  ].join('\n');
}

const targetsText = (result: LedgerBenchResult): string =>
  [
    'Targets',
    textTable([
      ['', 'figure', 'target', ''],
      ...targetsOf(result).map(({ what, figure, target, isMet }) => [
        what,
        figure.toFixed(2),
        target,
        isMet ? 'met' : 'NOT MET',
      ]),
    ]),
  ].join('\n');

const lawsText = ({ brokenLaws }: LedgerBenchResult): string =>
  brokenLaws.length === 0
    ? 'The laws held after each part: nothing is overspent, every balance adds up.'
    : ['The ledger is BROKEN:', ...brokenLaws].join('\n');
