import { asShell } from './as-shell.ts';
import type { FuzzOptions, FuzzResult } from './run-fuzz.ts';

const WIDTH = 80;

/** Formats a fuzz run's results for an 80-column terminal. */
export function fuzzText(options: FuzzOptions, result: FuzzResult): string {
  const { failures, failed, faults, bystanding, requestsPerSecond, tally } = result;
  const statuses = new Map<number, number>();
  for (const counts of tally.values()) {
    for (const [status, count] of counts) {
      statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
  }
  const answers = [...statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'closed'}: ${count}`);
  const unaccepted = [...tally].filter(
    ([, counts]) => ![...counts.keys()].some((status) => status >= 200 && status < 300),
  );
  return [
    ...failures.map(({ fuzzCase, fault }) =>
      [
        `FAILED ${fuzzCase.operationId} with ${fuzzCase.change}: ${fault}`,
        asShell(fuzzCase),
        '',
      ].join('\n'),
    ),
    ...faults.map((fault) => `FAULT ${fault}`),
    ...wrapped('answers', answers),
    ...wrapped(
      'never accepted',
      unaccepted.map(([operation]) => operation),
    ),
    `requests         ${options.requests} on seed ${options.seed}, ${requestsPerSecond.toFixed(0)} a second`,
    ...(bystanding
      ? [
          `meanwhile        summed in ${bystanding.summedMs} ms, stopped in ${bystanding.stoppedMs} ms`,
        ]
      : []),
    failed + faults.length === 0
      ? 'Nothing broke.'
      : `${failed} requests failed, and ${faults.length} things were wrong afterwards.`,
  ].join('\n');
}

function wrapped(name: string, words: string[]): string[] {
  const lines: string[] = [];
  let line = name.padEnd(17);
  for (const word of words) {
    if (line.length + word.length + 2 > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(17);
    }
    line += `${word}  `;
  }
  return words.length === 0 ? [] : [...lines, line.trimEnd()];
}
