import { parseArgs } from 'node:util';
import { requireNode24 } from '../../bin/require-node.ts';
import { MUTANTS } from './mutants.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

const HELP = `Runs the ledger's real services under seeded faults, and checks every law of
the ledger after every step.

  npm run simulate -- [options]

  --seeds N      how many seeds                              [200]
  --seed S       the first of them, or with --seeds 1 the
                 only one: the same seed replays exactly     [1]
  --minutes M    stop after M minutes                        [no limit]
  --mutant NAME  with one named fault built into the protocol, or all:
                 shows how many seeds find it                [none]

Exit code: 0, or 1 when a law was broken (with --mutant: when none was), or 2
when the options are not understood.`;

requireNode24();
const options = readOptions();
if (options.mutant === undefined) await simulate();
else await hunt(options.mutant);

/** Runs seeds of the real protocol until one fails. */
async function simulate(): Promise<void> {
  const startedMs = performance.now();
  let shownMs = startedMs;
  let events = 0;
  let done = 0;
  let idleShare = 0;
  const perMinute = (): string =>
    ((done * 60_000) / Math.max(1, performance.now() - startedMs)).toFixed(0);
  for (let seed = options.seed; done < options.seeds; seed += 1) {
    const result = await runSeed(seed);
    if (result.violation !== undefined) {
      report(result);
      process.exitCode = 1;
      return;
    }
    done += 1;
    events += result.events;
    idleShare = Math.max(idleShare, result.idleShare);
    const nowMs = performance.now();
    if (nowMs - shownMs > 5_000) {
      shownMs = nowMs;
      console.error(`${done} of ${options.seeds} seeds, ${perMinute()} seeds per minute`);
    }
    if (nowMs - startedMs > options.minutes * 60_000) break;
  }
  const last = options.seed + done - 1;
  console.log(`seeds            ${done} (${options.seed} to ${last})`);
  console.log(`events           ${events}`);
  console.log(`violations       0`);
  console.log(`largest idle share at an end ${(100 * idleShare).toFixed(1)} %`);
  console.log(`seeds per minute ${perMinute()}`);
}

/** Counts how many seeds each mutant survives. */
async function hunt(name: string): Promise<void> {
  for (const mutant of MUTANTS) {
    if (name !== 'all' && name !== mutant.name) continue;
    let failure: SeedResult | undefined;
    for (let seed = options.seed; !failure && seed < options.seed + options.seeds; seed += 1) {
      const result = await runSeed(seed, mutant);
      if (result.violation !== undefined) failure = result;
    }
    const after = failure
      ? `seed ${failure.seed}: ${failure.violation?.split(':')[0]}`
      : 'NOT FOUND';
    console.log(`${mutant.name}\n  ${after}`);
    if (!failure) process.exitCode = 1;
  }
}

function report({ seed, violation, trail, hash }: SeedResult): void {
  console.log(`SEED ${seed} BROKE A LAW (trace ${hash})`);
  console.log(violation);
  console.log('\nThe last that happened:');
  for (const line of trail) console.log(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  console.log(`\nReplay it:  npm run simulate -- --seeds 1 --seed ${seed}`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        minutes: { type: 'string' },
        mutant: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const names = ['all', ...MUTANTS.map((mutant) => mutant.name)];
    if (values.mutant !== undefined && !names.includes(values.mutant)) {
      throw new Error(`--mutant must be one of:\n  ${names.join('\n  ')}`);
    }
    return {
      seeds: positive('seeds', values.seeds),
      seed: positive('seed', values.seed),
      minutes: values.minutes === undefined ? Infinity : positive('minutes', values.minutes),
      mutant: values.mutant,
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('Try --help.');
    process.exit(2);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 2 ** 31) return value;
  throw new Error(`--${name} must be a whole number from 1, not "${text}"`);
}
