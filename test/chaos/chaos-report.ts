import { grouped, percent, textTable } from '../../bin/tools/text-table.ts';
import { formatUsd } from '../../domain/money.ts';
import type { ChaosOptions } from './chaos-options.ts';
import { type Law, LAWS } from './judge.ts';
import type { ChaosResult } from './run-chaos.ts';

const FACTS_SHOWN = 3;

/** Formats a run's figures in 80 columns. */
export function chaosText(options: ChaosOptions, result: ChaosResult): string {
  const { counts, faults, shared, violations } = result;
  const { limitNanoUsd, settledNanoUsd, trulySpentNanoUsd } = shared;
  const of = (law: Law) => violations.filter((each) => each.law === law);
  const laws = Object.keys(LAWS) as Law[];
  const used = percent(Number(settledNanoUsd) / Number(limitNanoUsd));
  return [
    `seed ${options.seed}, mode ${options.mode}${options.isNaive ? ', naive' : ''}${options.mutant ? `, ${options.mutant}` : ''}`,
    '',
    textTable(
      (
        [
          ['requests', counts.requests],
          ['granted', counts.granted],
          ['rejected', counts.rejected],
          ['settled', counts.settled],
          ['voided', counts.voided],
          ['expired', result.expired],
          ['given up unanswered', counts.unanswered],
          ['clients killed', result.clientKills],
          ['stores killed', result.storeKills],
          ['limits changed', result.limitChanges],
          ['limits raised for a time', result.overrides],
          ['served by another model', result.moved],
          ['requests lost', faults.lostRequest],
          ['answers lost', faults.lostAnswer],
          ['writes doubled', faults.doubled],
          ['writes late', faults.late],
          ['conflicts thrown in', faults.conflict],
          ['calls throttled', faults.throttled],
        ] as const
      ).map(([name, count]) => [name, grouped(count)]),
    ),
    '',
    `granted per second     ${(counts.granted / options.seconds).toFixed(1)}`,
    `budget shared by all   ${formatUsd(limitNanoUsd)} USD`,
    `settled in it          ${formatUsd(settledNanoUsd)} USD (${used})`,
    `truly spent under it   ${formatUsd(trulySpentNanoUsd)} USD`,
    '',
    textTable([['law', 'violations'], ...laws.map((law) => [LAWS[law], `${of(law).length}`])]),
    ...laws.flatMap((law) =>
      of(law)
        .slice(0, FACTS_SHOWN)
        .map(({ facts }) => `\nVIOLATION ${LAWS[law]}\n  ${facts}`),
    ),
  ].join('\n');
}
