import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import type { Flow } from './scenarios.ts';

const flow = z.enum(['automatrix', 'relaycore', 'neuroweaver']);
const line = z.union([
  z.tuple([
    z.literal('call'),
    z.number(),
    flow,
    z.string(),
    z.number(),
    z.boolean(),
    z.string(),
    z.number(),
  ]),
  z.tuple([z.literal('generator'), z.number(), z.number()]),
]);

/** A call of a load run. */
export type CallSample = {
  calledMs: number;
  flow: Flow;
  step: string;
  latencyMs: number;
  isError: boolean;
  /** The decision; of an error its step and status. Empty if there was neither. */
  outcome: string;
  /** How long after its time the generator made it. */
  lateMs: number;
};

/** What a load run's users and their generator noted, in order of time. */
export type LoadSamples = {
  calls: CallSample[];
  /** Delays of the generator's event loop: the 99th percentile of each second. */
  generatorDelaysMs: number[];
};

/** Reads the files `path.<thread>` that `artillery/samples.mts` wrote. */
export async function loadSamples(path: string): Promise<LoadSamples> {
  const samples: LoadSamples = { calls: [], generatorDelaysMs: [] };
  for (const file of await filesOf(path)) {
    const text = await readFile(file, 'utf8');
    for (const row of text.split('\n')) {
      // The last line of a run that was stopped may be half written.
      const parsed = line.safeParse(jsonOf(row)).data;
      if (parsed?.[0] === 'generator') samples.generatorDelaysMs.push(parsed[2]);
      if (parsed?.[0] !== 'call') continue;
      const [, calledMs, of, step, latencyMs, isError, outcome, lateMs] = parsed;
      samples.calls.push({ calledMs, flow: of, step, latencyMs, isError, outcome, lateMs });
    }
  }
  samples.calls.sort((first, second) => first.calledMs - second.calledMs);
  return samples;
}

/** Deletes the files of `loadSamples`. */
export async function deleteSamples(path: string): Promise<void> {
  await Promise.all((await filesOf(path)).map((file) => rm(file)));
}

async function filesOf(path: string): Promise<string[]> {
  const names = await readdir(dirname(path));
  const prefix = `${basename(path)}.`;
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(dirname(path), name));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
