import type { END_CAUSES } from '../domain/jobs/job.ts';
import { againOf } from '../domain/jobs/run-again.ts';
import { createFailedJobStore } from '../tables/jobs/failed.ts';
import type { StoredJob } from '../tables/jobs/jobs.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';

const HELP = `Shows jobs that failed, and has them run again once the cause is fixed.

  npm run jobs -- --list | --redrive [options]

  --list           shows each failed job with its reason; changes nothing
  --redrive        puts them back in the queue
  --job ID         only this job
  --reason CAUSE   only jobs that failed so: broken, lost or refused
${STORE_HELP}

A job runs again with money of its own. A call whose answer was lost may so be
paid twice: --redrive takes those only with --job or --reason lost. Jobs start
within a minute. Messages in the queue job-failures only name such jobs; purge
that queue afterwards. A job whose request was deleted cannot run again.`;

const REASONS = [
  'broken',
  'lost',
  'refused',
] as const satisfies readonly (typeof END_CAUSES)[number][];

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    list: { type: 'boolean', default: false },
    redrive: { type: 'boolean', default: false },
    job: { type: 'string' },
    reason: { type: 'string' },
    ...STORE_OPTIONS,
  });
  const { list, redrive, job: jobId, reason } = values;
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  if (list === redrive) throw new UsageError('Say either --list or --redrive.');
  if (reason !== undefined && !REASONS.some((name) => name === reason)) {
    throw new UsageError(`--reason must be one of ${REASONS.join(', ')}, not "${reason}".`);
  }
  const store = createFailedJobStore(openStore(values));
  const jobs: StoredJob[] = [];
  for await (const job of store.all()) {
    const isNamed = jobId === undefined || job.jobId === jobId;
    if (isNamed && (reason === undefined || job.cause === reason)) jobs.push(job);
  }
  if (jobId !== undefined && jobs.length === 0) {
    console.log(`There is no failed job ${jobId} that can run again.`);
    return 1;
  }
  if (list) {
    for (const job of jobs) show('FAILED', job);
    console.log(`failed  ${jobs.length}`);
    return jobs.length > 0 ? 1 : 0;
  }
  const isAsked = jobId !== undefined || reason !== undefined;
  const taken = jobs.filter(({ cause }) => isAsked || cause !== 'lost');
  const left: StoredJob[] = [];
  for (const job of taken) {
    const nowMs = Date.now();
    if (!(await store.replace(job, againOf(job, nowMs), nowMs))) left.push(job);
  }
  for (const job of left) show('CHANGED MEANWHILE', job);
  console.log(`queued  ${taken.length - left.length}`);
  console.log(`left    ${jobs.length - taken.length + left.length}`);
  return left.length > 0 ? 1 : 0;
});

function show(what: string, { organizationId, jobId, cause, reason, attempts }: StoredJob): void {
  console.log(`${what} ${jobId} of ${organizationId}: ${cause ?? 'failed'}, ${attempts} attempts`);
  console.log(`  ${reason ?? ''}`);
}
