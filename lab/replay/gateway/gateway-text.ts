import { grouped, milliseconds, percent, textTable } from '../../../bin/tools/text-table.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { endsOf, type GatewayOutcome, isSound } from './replay-gateway.ts';

const ENDS = {
  answered: 'answered',
  gone: 'client went away',
  refused: 'refused',
  failed: 'failed',
} as const;

/** The final report of a replay through the gateway, at most 80 columns wide. */
export function gatewayReplayText(outcome: GatewayOutcome): string {
  const { sent, states, used, counted, report, ledger } = outcome;
  const waits = quantiles(
    sent.map(({ firstByteMs }) => firstByteMs),
    [0.5, 0.95, 0.99],
  );
  return [
    '',
    'A tenth of the calls failed upstream, us-east-1 was down, one model was slow.',
    textTable([
      ['calls', grouped(sent.length), ''],
      ...(Object.keys(ENDS) as (keyof typeof ENDS)[]).map((end) => {
        const count = endsOf(sent, end).length;
        return [`  ${ENDS[end]}`, grouped(count), percent(count / Math.max(1, sent.length))];
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
    '',
    textTable([
      ['reservations at the end', ''],
      ...[...states].map(([state, count]) => [`  ${state}`, grouped(count)]),
    ]),
    '',
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
    ledgerLine(ledger),
    isSound(outcome)
      ? 'Every call is closed or lost, and nothing is counted twice.'
      : 'DIFFERENT: an open reservation, other tokens, or a ledger that does not agree.',
  ].join('\n');
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
