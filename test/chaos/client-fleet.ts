import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Random } from '../simulation/random.ts';
import type { ChaosOptions, ClientSettings } from './chaos-options.ts';
import { noSpending, type SpenderCounts } from './spender.ts';
import { type FaultCounts, noFaults } from './unreliable-store.ts';

const PROGRAM = join(import.meta.dirname, 'client-process.ts');

/** A client process's own report; excludes the last moments of a killed process. */
type Told = { counts: SpenderCounts; faults: FaultCounts };

/** Client processes. A killed one is replaced immediately. */
export function startFleet(
  options: ChaosOptions,
  store: Pick<ClientSettings, 'endpoint' | 'tablePrefix'>,
  journalFolder: string,
  random: Random,
) {
  // Halves the time until a replacement is working.
  const compiled = process.env['NODE_COMPILE_CACHE'] ?? join(journalFolder, '..', 'compiled');
  const running = new Set<ChildProcess>();
  const told: Told[] = [];
  let failure: string | undefined;
  let kills = 0;

  function start(): void {
    const number = told.length;
    const settings: ClientSettings = {
      ...store,
      seed: random.int(0, 2 ** 31),
      ...givenOn(options),
      clients: Math.ceil(options.clients / options.processes),
      journalFile: join(journalFolder, `client-${number}`),
    };
    const child = fork(PROGRAM, [JSON.stringify(settings)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    });
    told.push({ counts: noSpending(), faults: noFaults() });
    running.add(child);
    child.on('message', (message) => (told[number] = message as Told));
    child.once('exit', (code) => {
      running.delete(child);
      // A killed process has no exit code.
      if (code !== 0 && code !== null) failure = `a client process ended with exit code ${code}`;
    });
  }

  for (let place = 0; place < options.processes; place += 1) start();

  return {
    /** Whether every initial process is working. */
    isUp: (): boolean => told.every(({ counts }) => counts.requests > 0) || failure !== undefined,

    /** Kills one process mid-work, like a crash. */
    killOne(): void {
      const [first, ...others] = running;
      if (!first) return;
      random.pick([first, ...others]).kill('SIGKILL');
      kills += 1;
      start();
    },

    /** Lets every client finish its current request within a time limit, then kills them. */
    async stop(withinMs: number): Promise<void> {
      const gone = [...running].map((child) => new Promise((done) => child.once('exit', done)));
      for (const child of running) if (child.connected) child.send('stop');
      const timer = setTimeout(() => {
        for (const child of running) child.kill('SIGKILL');
      }, withinMs);
      await Promise.all(gone);
      clearTimeout(timer);
    },

    kills: (): number => kills,
    failure: (): string | undefined => failure,
    counts: (): SpenderCounts => summed(told.map((each) => each.counts)),
    faults: (): FaultCounts => summed(told.map((each) => each.faults)),
  };
}

/** What every client process gets as the run was given it. */
const givenOn = ({ holdMs, isNaive, mode, mutant }: ChaosOptions) => ({
  holdMs,
  isNaive,
  mode,
  mutant,
});

export type Fleet = ReturnType<typeof startFleet>;

function summed<Counts extends Record<string, number>>(all: Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum as Counts;
}
