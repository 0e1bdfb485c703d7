import { startProgress } from '../../../bin/tools/progress.ts';
import { formatUsd, parseUsd } from '../../../domain/money.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { createDynamoDb } from '../../../aws/dynamodb.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { stores } from '../../../composition/stores.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { OWN_RUN_TABLE_PREFIX, startOwnRun } from '../../own-run.ts';
import type { BenchSubject } from '../subject.ts';
import { type EndedJob, measureQueue, type QueueFigures } from './measure-queue.ts';
import { BULK_USER, HOURS_PER_DAY } from './week.ts';

const HOUR_MS = 3_600_000;

export const QUEUE: BenchSubject = {
  name: 'queue',
  summary: [
    'a week of work on the local clock, where half may wait: who waits',
    'how long, what batches save, an outage of an hour (ten minutes)',
  ],
  options: {
    days: { summary: 'days', min: 1, max: 14, full: 7, quick: 2 },
    seed: { summary: 'seed of the work', min: 1, max: 1_000_000, full: 1, quick: 1 },
  },
  async run({ numbers: { days = 1, seed = 1 } }) {
    const run = await startOwnRun();
    try {
      const progress = startProgress('hours', days * HOURS_PER_DAY);
      const figures = await measureQueue(run, { days, seed }, (hour, note) =>
        progress.update(hour, note),
      );
      progress.stop();
      const db = createDynamoDb({
        tablePrefix: OWN_RUN_TABLE_PREFIX,
        client: localEndpoint(run.dynamoDbEndpoint),
      });
      const { violations } = await checkLedger(stores(db).ledger);
      const laws = lawsOf(figures, violations.length);
      return {
        text: textOf(figures, laws),
        figures: { ...figures, laws },
        isSound: laws.every(({ holds }) => holds),
      };
    } finally {
      await run.stop();
    }
  },
};

type Law = { says: string; holds: boolean };

function lawsOf({ jobs, interactive, fullest, answered }: QueueFigures, violations: number): Law[] {
  const succeeded = jobs.filter(({ state }) => state === 'succeeded').length;
  return [
    { says: 'every job succeeded', holds: succeeded === jobs.length },
    { says: 'no budget was ever passed', holds: fullest <= 1 },
    { says: 'the ledger is consistent', holds: violations === 0 },
    {
      says: 'the provider answered each call once',
      holds: answered === succeeded + interactive.served,
    },
  ];
}

function textOf(figures: QueueFigures, laws: readonly Law[]): string {
  const { jobs, interactive, fullest, hours } = figures;
  const batched = jobs.filter(({ savedUsd }) => savedUsd !== undefined);
  const alone = jobs.filter(({ savedUsd }) => savedUsd === undefined);
  const groups: [string, EndedJob[]][] = [
    ...(['high', 'medium', 'low'] as const).map((severity): [string, EndedJob[]] => [
      severity,
      alone.filter(({ work }) => work.severity === severity && work.userId !== BULK_USER),
    ]),
    ['one user, all at once', alone.filter(({ work }) => work.userId === BULK_USER)],
    ['in batches', batched],
  ];
  const [cost, saved] = [sumOf(batched, 'costUsd'), sumOf(batched, 'savedUsd')];
  return [
    `${grouped(jobs.length)} jobs and ${grouped(interactive.served)} calls at once in ${hours} hours; ` +
      `${interactive.refused} calls at once were refused.`,
    '',
    textTable([
      ['hours until the answer', 'jobs', 'median', '90 %', 'longest'],
      ...groups.map(([name, some]) => {
        const waits = some.map(hoursOf).toSorted((left, right) => left - right);
        return [name, grouped(some.length), ...[0.5, 0.9, 1].map((part) => quantile(waits, part))];
      }),
    ]),
    '',
    `Batches cost ${formatUsd(cost)} USD and saved ${formatUsd(saved)}.`,
    `The fullest budget was ${(fullest * 100).toFixed(1)} % used.`,
    '',
    ...laws.map(({ says, holds }) => `${holds ? 'yes' : 'NO '}  ${says}`),
  ].join('\n');
}

const hoursOf = ({ submittedAt, endedAt }: EndedJob): number =>
  endedAt === undefined ? Infinity : (Date.parse(endedAt) - Date.parse(submittedAt)) / HOUR_MS;

const quantile = (ascending: readonly number[], part: number): string => {
  const value = ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)];
  return value === undefined ? '–' : value.toFixed(1);
};

const sumOf = (jobs: readonly EndedJob[], member: 'costUsd' | 'savedUsd'): bigint =>
  jobs.reduce((sum, job) => sum + (parseUsd(job[member] ?? '0') ?? 0n), 0n);
