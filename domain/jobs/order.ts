import { SEVERITIES } from '../severity.ts';
import type { NanoUsd } from '../money.ts';
import { HOUR_MS, type Job } from './job.ts';

/** Each time that a job waited so long, it counts as one severity higher. */
export const AGING_MS = 4 * HOUR_MS;

/** What the order depends on. */
export type Ordered = Pick<
  Job,
  'jobId' | 'userId' | 'departmentId' | 'severity' | 'submittedAtMs' | 'expectedNanoUsd'
>;

/** The severity of a job as its waiting raised it, as a place in `SEVERITIES`. */
export const levelOf = ({ severity, submittedAtMs }: Ordered, nowMs: number): number =>
  Math.min(
    SEVERITIES.length - 1,
    SEVERITIES.indexOf(severity) + Math.floor(Math.max(0, nowMs - submittedAtMs) / AGING_MS),
  );

/**
 * Pending jobs in the order in which they should start: higher severities first, within one of them
 * fair by money between departments, then between the users of a department. The rule is
 * start-time fair queueing (P. Goyal, H. Vin, H. Cheng, "Start-time Fair Queueing", SIGCOMM 1996)
 * without memory: the start tag of a job is what its department (or user) already runs plus what
 * its earlier jobs are expected to cost; the smallest tag comes first, and the oldest job of equals.
 * @param running what runs now, and therefore was served already
 */
export function orderOf<Waiting extends Ordered>(
  pending: readonly Waiting[],
  running: readonly Ordered[],
  nowMs: number,
): Waiting[] {
  const served = servedBy(running);
  const levels = Map.groupBy(pending, (job) => levelOf(job, nowMs));
  return [...levels]
    .toSorted(([left], [right]) => right - left)
    .flatMap(([, jobs]) => fairly(jobs, served));
}

/** The place of a job among those that wait, from 1; 0 if it does not wait. */
export const positionOf = (ordered: readonly Ordered[], jobId: string): number =>
  ordered.findIndex((job) => job.jobId === jobId) + 1;

/** What departments and users were served, in nano-dollars. */
type Served = { departments: Map<string, NanoUsd>; users: Map<string, NanoUsd> };

function servedBy(running: readonly Ordered[]): Served {
  const served: Served = { departments: new Map(), users: new Map() };
  for (const job of running) serve(served, job);
  return served;
}

function serve({ departments, users }: Served, job: Ordered): void {
  add(departments, departmentOf(job), job.expectedNanoUsd);
  add(users, userOf(job), job.expectedNanoUsd);
}

/** Orders the jobs of one level, and notes them as served. */
function fairly<Waiting extends Ordered>(jobs: readonly Waiting[], served: Served): Waiting[] {
  const byDepartment = Map.groupBy(jobs.toSorted(byAge), departmentOf);
  const inDepartments = [...byDepartment.values()].flatMap((own) =>
    tagged(byTag(tagged(own, served.users, userOf)), served.departments, departmentOf),
  );
  const ordered = byTag(inDepartments);
  for (const job of ordered) serve(served, job);
  return ordered;
}

type Tagged<Waiting> = { job: Waiting; tag: NanoUsd };

/** Gives each job its start tag: what its owner was served before it. */
function tagged<Waiting extends Ordered>(
  jobs: readonly Waiting[],
  served: ReadonlyMap<string, NanoUsd>,
  ownerOf: (job: Ordered) => string,
): Tagged<Waiting>[] {
  const tags = new Map(served);
  return jobs.map((job) => {
    const owner = ownerOf(job);
    const tag = tags.get(owner) ?? 0n;
    tags.set(owner, tag + job.expectedNanoUsd);
    return { job, tag };
  });
}

/** Sorting is stable, so the jobs of one owner keep their order. */
const byTag = <Waiting extends Ordered>(jobs: readonly Tagged<Waiting>[]): Waiting[] =>
  jobs
    .toSorted((left, right) =>
      left.tag === right.tag ? byAge(left.job, right.job) : left.tag < right.tag ? -1 : 1,
    )
    .map(({ job }) => job);

const byAge = (left: Ordered, right: Ordered): number =>
  left.submittedAtMs - right.submittedAtMs || (left.jobId < right.jobId ? -1 : 1);

const departmentOf = ({ departmentId = '' }: Ordered): string => departmentId;
const userOf = ({ userId }: Ordered): string => userId;

const add = (sums: Map<string, NanoUsd>, owner: string, amount: NanoUsd): void =>
  void sums.set(owner, (sums.get(owner) ?? 0n) + amount);
