import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, runCommand, UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { type Progress, startProgress } from '../../bin/tools/progress.ts';
import { createCompiler } from './compiler.ts';
import { judgeMutants, type Judging, type Verdict } from './judge-mutants.ts';
import type { Mutant, MutationPoint } from './mutation.ts';
import { mutationText, ratesOf, survivorText } from './mutation-report.ts';
import { MOST_FURTHER, relatedTests } from './related-tests.ts';
import { pointsOf, type Room, ROOMS, sampleMutants } from './sample-mutants.ts';
import { createTestRunner } from './test-runner.ts';
import { copyTree } from './tree-copy.ts';

const HELP = `npm run mutate -- --seed S --points N [options]

Changes N places of ${ROOMS.slice(0, 3).join(', ')},
${ROOMS.slice(3).join(' and ')} by one small mistake each, drawn by the seed, and counts how
many the tests find. The ledger is left out: simulate, explore and properties
have mutants of their own. Mistakes that do not compile are drawn again.

Works on a copy in the folder for temporary files. First it runs every related
test file once, to see which mistakes it reaches; then each mistake against the
files that reach it, nearest import first, until a test fails. What the nearest
files miss is tried against up to ${MOST_FURTHER} further ones in the same way.

  --seed S     a number; the same seed on the same tree draws the same mistakes.
               Repeat it to measure several seeds in one run
  --points N   how many mistakes by each seed, 1 to 10000 (50)
  --room R     only this room; may be repeated
  --files N    the nearest N test files of each mistake (20)
  --json FILE  writes each mistake, and the test that found it, as JSON
  --again FILE instead of --seed: the mistakes of an earlier --json FILE. Those that
               tests found stay found, and the survivors are tried again

Ctrl-C ends it after the mistake at hand and reports those before; a second one
ends it at once. Left out: e2e, chaos, fuzz and exhaustive.`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    seed: { type: 'string', multiple: true },
    points: { type: 'string', default: '50' },
    room: { type: 'string', multiple: true },
    files: { type: 'string', default: '20' },
    json: { type: 'string' },
    again: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  if ((values.seed === undefined) === (values.again === undefined)) {
    throw new UsageError('Choose a --seed, such as 1, or --again FILE.');
  }
  const earlier = values.again === undefined ? [] : await verdictsIn(values.again);
  const seeds = values.seed
    ? values.seed.map((text) => wholeNumber('seed', text, 0, 2 ** 32 - 1))
    : [...new Set(earlier.map(({ mutant }) => mutant.seed))];
  const count = wholeNumber('points', values.points, 1, 10_000);
  const maxFiles = wholeNumber('files', values.files, 1, 1_000);
  const rooms = values.room === undefined ? ROOMS : values.room.map(roomNamed);

  const tree = await copyTree(process.cwd());
  const reachedFile = join(tree.folder, 'mutants-reached');
  const runner = createTestRunner(tree.folder, reachedFile);
  const stop = async (): Promise<void> => {
    runner.stop();
    await tree.remove();
  };
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals === 1)
        console.error('Stops after this mistake and reports. Again: stops at once.');
      else void stop().finally(() => process.exit(130));
    });
  }
  try {
    const points = pointsOf(tree.folder, rooms);
    const mutants =
      values.again === undefined
        ? drawnBy(seeds, { points, count, root: tree.folder })
        : survivorsIn(earlier, tree.folder);
    const related = relatedTests(tree.folder, maxFiles);
    const progress = rangeProgress();
    const judged = await judgeMutants(mutants, {
      root: tree.folder,
      related,
      runner,
      reachedFile,
      isStopped: () => signals > 0,
      onRange: progress.onRange,
      onProgress: progress.onProgress,
      onSurvivor: (verdict, range) =>
        console.error(`Missed by the ${range} tests: ${survivorText(verdict)}`),
    });
    progress.stop();
    const verdicts = [...earlier.filter(({ foundBy }) => foundBy !== undefined), ...judged];
    const figures = { seeds, points: points.length, rates: ratesOf(verdicts), verdicts };
    printRates(figures);
    if (values.json) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
    return 0;
  } finally {
    await stop();
  }
});

/** Reports each range of tests as a progress of its own. */
function rangeProgress(): Pick<Judging, 'onRange' | 'onProgress'> & Pick<Progress, 'stop'> {
  let progress: Progress | undefined;
  let step = 0;
  return {
    onRange: (range, steps) => {
      progress?.stop();
      progress = startProgress(`${range} tests`, steps);
      step = 0;
    },
    onProgress: (note) => progress?.update(step++, note),
    stop: () => progress?.stop(),
  };
}

function drawnBy(
  seeds: readonly number[],
  { points, count, root }: { points: readonly MutationPoint[]; count: number; root: string },
): Mutant[] {
  const progress = startProgress('drawing', seeds.length * count);
  const compiler = createCompiler(root);
  const mutants: Mutant[] = [];
  for (const seed of seeds) {
    mutants.push(
      ...sampleMutants(
        root,
        points,
        { count, seed, firstId: mutants.length + 1 },
        {
          compiles: (file, text) => compiler.compiles(file, text),
          onDrawn: (drawn) => progress.update(mutants.length + drawn, `seed ${seed}`),
        },
      ),
    );
  }
  compiler.close();
  progress.stop();
  return mutants;
}

function printRates({
  seeds,
  points,
  verdicts,
}: {
  seeds: readonly number[];
  points: number;
  verdicts: readonly Verdict[];
}): void {
  for (const seed of seeds) {
    const ofSeed = verdicts.filter(({ mutant }) => mutant.seed === seed);
    console.log(`\nSeed ${seed}: ${ofSeed.length} of ${points} points`);
    console.log(mutationText(ofSeed));
  }
}

async function verdictsIn(file: string): Promise<Verdict[]> {
  return (JSON.parse(await readFile(file, 'utf8')) as { verdicts: Verdict[] }).verdicts;
}

/** The mutants that no test found. One whose place has changed since would be another mistake. */
function survivorsIn(verdicts: readonly Verdict[], root: string): Mutant[] {
  const survivors = verdicts.filter(({ foundBy }) => foundBy === undefined);
  return survivors.flatMap(({ mutant }) => {
    const { file, original, replaced } = mutant;
    const source = readFileSync(join(root, file), 'utf8');
    if (source.slice(replaced.start, replaced.end) === original) return [mutant];
    console.error(`Left out, since the file has changed there: ${file} ${original}`);
    return [];
  });
}

function roomNamed(name: string): Room {
  const room = ROOMS.find((each) => each === name);
  if (room === undefined) throw new UsageError(`Choose a --room of ${ROOMS.join(', ')}.`);
  return room;
}
