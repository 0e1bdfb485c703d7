import { startProgress } from '../../bin/tools/progress.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import type { PurserEnvironment } from '../../lib/config.ts';
import type { MeasuredUse } from './figures.ts';
import type { startMeasuredRun } from './measured-run.ts';

/** Pairs that run at once in the busy part. */
export const AT_ONCE = 32;
const WARM_UP_PAIRS = 32;
/** Share of pairs that may be repeated. More would distort the figures. */
const MOST_REPEATED = 0.02;
/** Long enough that calls which a function makes side by side overlap. */
const SEEN_DELAY_MS = 20;

type Run = Awaited<ReturnType<typeof startMeasuredRun>>;
const functions: readonly FunctionDefinition[] = FUNCTIONS;

/**
 * Runs an environment's templates on a store that counts, and measures its schedules and pairs of
 * reserve and settle.
 */
export async function measuredUse(
  environment: PurserEnvironment,
  { busyPairs, quietPairs }: { busyPairs: number; quietPairs: number },
  note: (text: string) => void,
): Promise<MeasuredUse> {
  note('Starting the functions on a store that counts');
  const run = await (await import('./measured-run.ts')).startMeasuredRun(environment);
  try {
    note('Running each schedule twice, without traffic');
    const scheduled = await measureSchedules(run);
    const metrics = await run.metrics();
    await run.api.putBudgets();
    await pairs(run, WARM_UP_PAIRS, AT_ONCE);
    await run.api.drain();
    run.delayStore(SEEN_DELAY_MS);
    const low = await measure(run, 'Pairs far apart', quietPairs, 1);
    run.delayStore(0);
    const busy = await measure(run, `Pairs, ${AT_ONCE} at once`, busyPairs, AT_ONCE);
    const measuredOn = new Date().toISOString().slice(0, 10);
    return { measuredOn, metrics, scheduled, busy, low };
  } finally {
    run.api.close();
    await run.stop();
  }
}

async function measureSchedules(run: Run) {
  const measured = [];
  for (const { name } of functions.filter(({ schedule }) => schedule)) {
    // The first run also reads what the function remembers from then on.
    await run.invoke(name);
    await run.read();
    await run.invoke(name);
    measured.push({ name, reading: await run.read() });
  }
  return measured;
}

/** Reserves and settles, lets the followers finish, and gives what was used. */
async function measure(
  run: Run,
  what: string,
  count: number,
  atOnce: number,
): Promise<MeasuredUse['busy']> {
  await run.read();
  const progress = startProgress(what, count);
  await pairs(run, count, atOnce, (done) => progress.update(done, ''));
  progress.stop();
  await run.api.drain();
  return { pairs: count, reading: await run.read() };
}

/** With one at a time, followers finish before the next pair, as they do at low traffic. */
async function pairs(
  { api }: Run,
  count: number,
  atOnce: number,
  onDone: (done: number) => void = () => {},
): Promise<void> {
  let begun = 0;
  let repeats = 0;
  let done = 0;
  const pair = async (index: number): Promise<void> => {
    try {
      await api.settle(index, await api.reserve(index));
    } catch (error) {
      // On a busy machine the store may not answer in time. A few repetitions change little.
      repeats += 1;
      if (repeats > count * MOST_REPEATED) throw error;
      await pair(index);
    }
  };
  const work = async (): Promise<void> => {
    while (begun < count) {
      const index = begun;
      begun += 1;
      await pair(index);
      if (atOnce === 1) await api.drain();
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
