import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { processTree } from '../process-tree.ts';

/** What the server used in one moment of the run. */
export type ServerSample = {
  atMs: number;
  memoryBytes: number;
  /** Since the last sample, of all cores of the machine. */
  cpuShare: number;
  /** Delay of the event loop that serves HTTP since the last sample: its 99th percentile. */
  loopDelayMs: number | undefined;
};

const PERIOD_MS = 1_000;
const loopDelay = z.object({ p99Ms: z.number() });

/** Samples a server while a run goes on. */
export type ServerWatch = { stop: () => Promise<ServerSample[]> };

/**
 * Samples the processes of a server on this machine once a second. `url` and `key` are the local run's,
 * which tells the delay of its event loop.
 * @throws CommandError on a system without `/proc`
 */
export function watchServer(server: { pid: number; url: string; key: string }): ServerWatch {
  const samples: ServerSample[] = [];
  let last = useOf(server.pid);
  const sample = async (): Promise<void> => {
    const loopDelayMs = await loopDelayOf(server);
    const now = useOf(server.pid);
    const passedMs = now.atMs - last.atMs;
    const cpuMs = Math.max(0, now.cpuSeconds - last.cpuSeconds) * 1_000;
    const cpuShare = cpuMs / (passedMs * availableParallelism());
    samples.push({ atMs: now.atMs, memoryBytes: now.memoryBytes, cpuShare, loopDelayMs });
    last = now;
  };
  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sampling.then(sample).catch(() => undefined);
  }, PERIOD_MS);
  return {
    async stop() {
      clearInterval(timer);
      await sampling;
      return samples;
    },
  };
}

function useOf(pid: number): { atMs: number; memoryBytes: number; cpuSeconds: number } {
  const processes = processTree(pid);
  return {
    atMs: Date.now(),
    memoryBytes: processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
    cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}

async function loopDelayOf({
  url,
  key,
}: {
  url: string;
  key: string;
}): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/_local/event-loop`, { headers }).catch(() => undefined);
  if (answer?.ok !== true) return undefined;
  return loopDelay.safeParse(await answer.json()).data?.p99Ms;
}
