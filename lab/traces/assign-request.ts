import { modelStem } from '../../domain/pricing/model-id.ts';
import { hashShare, weightedIndex, zipfWeights } from './seeded-random.ts';
import { DEPARTMENTS, USERS } from './sample-profiles.ts';
import type { TraceRecord } from './trace-record.ts';

export const TRACE_SYSTEMS = ['automatrix', 'relaycore', 'neuroweaver'] as const;
export type TraceSystem = (typeof TRACE_SYSTEMS)[number];

/** Operations and model of each system, for traces that do not name them. */
const SYSTEM_DEFAULTS: Record<TraceSystem, { operations: readonly string[]; model: string }> = {
  automatrix: {
    operations: ['plan', 'workflow-step', 'summarize'],
    model: 'anthropic.claude-sonnet-4-6',
  },
  relaycore: { operations: ['chat', 'route'], model: 'anthropic.claude-sonnet-4-6' },
  neuroweaver: { operations: ['infer', 'judge'], model: 'anthropic.claude-sonnet-4-6' },
};

export type AssignmentOptions = {
  seed: number;
  /** Systems to choose from if the trace names none. */
  systems: readonly TraceSystem[];
  /** Model for rows without a priced one; default: the system's. */
  defaultModel?: string | undefined;
  /** Models that have a price. */
  pricedModels: readonly string[];
};

/** An AI request in Purser's format, and where its model came from. */
export type AssignedRequest = {
  system: string;
  userId: string;
  departmentId: string;
  operation: string;
  model: string;
  inputTokens: number;
  modelFrom: 'trace' | 'default';
};

/**
 * Turns a row into an AI request of one of the systems. Fills gaps in the trace by a hash of seed
 * and row number, so that the same trace always produces the same requests. Draws users from a Zipf
 * distribution, and keeps a conversation (rows with equal second prefix block) with one user and
 * one system.
 */
export function assignRequest(
  record: TraceRecord,
  rowNumber: number,
  { seed, systems, defaultModel, pricedModels }: AssignmentOptions,
): AssignedRequest {
  const conversation = record.prefixBlocks?.[1];
  const identity = `${seed}/${conversation === undefined ? `row ${rowNumber}` : `block ${conversation}`}`;
  const system = record.system ?? pick(systems, hashShare(`${identity}/system`)) ?? 'relaycore';
  const defaults = isTraceSystem(system) ? SYSTEM_DEFAULTS[system] : SYSTEM_DEFAULTS.relaycore;
  const userId = record.userId ?? drawnUser(hashShare(`${identity}/user`));
  const tracedModel = record.model === undefined ? undefined : pricedAs(record.model, pricedModels);
  return {
    system,
    userId,
    departmentId: record.departmentId ?? departmentOf(userId),
    operation:
      record.operation ?? pick(defaults.operations, hashShare(`${identity}/operation`)) ?? 'chat',
    model: tracedModel ?? defaultModel ?? defaults.model,
    inputTokens: record.inputTokens,
    modelFrom: tracedModel === undefined ? 'default' : 'trace',
  };
}

/**
 * The priced model that a trace's name refers to: the same stem, optionally with the vendor in
 * front (`claude-3-5-haiku-20241022` is `anthropic.claude-3-5-haiku`).
 */
export function pricedAs(name: string, pricedModels: readonly string[]): string | undefined {
  const stem = modelStem(name);
  return (
    pricedModels.find((model) => modelStem(model) === stem) ??
    pricedModels.find((model) => /^[a-z0-9]+\.(.+)$/.exec(modelStem(model))?.[1] === stem)
  );
}

/** A user's department, if the trace does not name one. */
export function departmentOf(userId: string): string {
  return pick(DEPARTMENTS, hashShare(userId)) ?? DEPARTMENTS[0];
}

/** The user that a share in [0, 1) falls on. A few users send most requests. */
export function drawnUser(share: number): string {
  const rank = weightedIndex(zipfWeights(USERS.count, USERS.zipfExponent), share);
  return `user-${String(rank + 1).padStart(2, '0')}`;
}

export const isTraceSystem = (name: string): name is TraceSystem =>
  (TRACE_SYSTEMS as readonly string[]).includes(name);

const pick = <Choice>(choices: readonly Choice[], share: number): Choice | undefined =>
  choices[Math.floor(share * choices.length)];
