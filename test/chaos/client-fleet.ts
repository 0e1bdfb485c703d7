import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Random } from '../simulation/random.ts';
import type { ChaosOptions, ClientSettings } from './chaos-options.ts';
import { noSpending, type SpenderCounts } from './spender.ts';
import { type FaultCounts, noFaults } from './unreliable-store.ts';

const PROGRAM = join(import.meta.dirname, 'client-process.ts');

/** What a process of clients tells of itself; the last moments of a killed one are not in it. */
type Told = { counts: SpenderCounts; faults: FaultCounts };

/** Processes of clients; one that is killed is replaced at once. */
export function startFleet(
  options: ChaosOptions,
  store: Pick<ClientSettings, 'endpoint' | 'tablePrefix'>,
  journalFolder: string,
  random: Random,
) {
  const running = new Set<ChildProcess>();
  const told: Told[] = [];
  let failure: string | undefined;
  let kills = 0;

  function start(): void {
    const number = told.length;
    const settings: ClientSettings = {
      ...store,
      seed: random.int(0, 2 ** 31),
      holdMs: options.holdMs,
      isNaive: options.isNaive,
      clients: Math.ceil(options.clients / options.processes),
      journalFile: join(journalFolder, `client-${number}`),
    };
    const child = fork(PROGRAM, [JSON.stringify(settings)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // A replacement is at work in half the time.
      env: { ...process.env, NODE_COMPILE_CACHE: join(journalFolder, '..', 'compiled') },
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
    /** Whether every process of the first is at work. */
    isUp: (): boolean => told.every(({ counts }) => counts.requests > 0) || failure !== undefined,

    /** Ends one process as a crash does, in the middle of whatever it is doing. */
    killOne(): void {
      const [first, ...others] = running;
      if (!first) return;
      random.pick([first, ...others]).kill('SIGKILL');
      kills += 1;
      start();
    },

    /** Lets every client end the request that it is at, until some time; then kills. */
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

export type Fleet = ReturnType<typeof startFleet>;

function summed<Counts extends Record<string, number>>(all: Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum as Counts;
}
