import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CAPABILITIES, type CapabilityName } from '../../lambdas/capabilities.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { QueueDefinition } from '../../queues/definition.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The edge reads these, for functions that serve callers and for those that write entries. */
const READ_BY_THE_EDGE: readonly string[] = ['PURSER_REQUESTS_PER_SECOND', 'PURSER_ENTRY_SHARDS'];

/** Code in `index.ts` that proves the use of a capability. */
const ACTS: Record<CapabilityName, RegExp> = {
  'alerts:publish': /\balerts: createQueue\(/,
  'alerts:deliver': /\bcreateWaysOut\(/,
  'events:put': /\bcreateEventBus\(/,
  'warmth:read': /\bcreateFunctionMetrics\(/,
  'prices:read': /\bcreatePriceList\(/,
  'ledger-changes:read': /\bcreateTableChanges\(/,
  'jobs:publish': /\bPURSER_JOB_QUEUE_URL\b/,
  'job-files:read': /\bcreateJobReader\(/,
  'job-files:write': /\bcreateJobFiles\(/,
  'exports:publish': /\bPURSER_EXPORT_QUEUE_URL\b/,
  'batches:run': /\bcreateBedrockBatches\(/,
  'export-files:read': /\bbucket\.link\b/,
  'export-files:delete': /\bbucket\.delete\b/,
  'export-files:write': /\bupload\b/,
  'mail:send': /\bsendEmail\b/,
  'models:invoke': /\bcreateModelProviders\(/,
  'bill:split': /\broleArn: settings\.PURSER_MODEL/,
  'provider-keys:read': /\bcreateModelProviders\(/,
};

const sourceOf = ({ name }: FunctionDefinition): string =>
  readFileSync(join(ROOT, 'lambdas', name, 'index.ts'), 'utf8');

describe.each(FUNCTIONS)('$name', (definition) => {
  test('reads exactly the settings that it is given', () => {
    const read = new Set(sourceOf(definition).match(/\bPURSER_[A-Z_]+\b/g));
    const settings = (definition.environment ?? []).filter(
      (name) => !READ_BY_THE_EDGE.includes(name),
    );
    expect([...read].toSorted()).toEqual([...settings].toSorted());
  });

  test('uses exactly the capabilities that it states', () => {
    const acts = Object.entries(ACTS).flatMap(([name, act]) =>
      act.test(sourceOf(definition)) ? [name] : [],
    );
    expect(acts.toSorted()).toEqual([...(definition.uses ?? [])].toSorted());
  });

  test('says in one or two sentences what people lose while it fails', () => {
    expect(definition.humanImpact).toMatch(/^[A-Z][^.]{15,}\.(?: [A-Z][^.]+\.)?$/);
  });
});

test('every capability is used', () => {
  const used = new Set(FUNCTIONS.flatMap(({ uses = [] }) => uses));
  expect([...used].toSorted()).toEqual(Object.keys(CAPABILITIES).toSorted());
});

describe.each(Object.entries<QueueDefinition>(QUEUE_DEFINITIONS))('queue %s', (name, queue) => {
  const workers = FUNCTIONS.filter((definition) => definition.queue === name);

  test('has one worker, which ends before a message shows up again', () => {
    expect(workers).toHaveLength(1);
    for (const { timeoutSeconds } of workers) {
      expect(queue.visibilityTimeoutSeconds).toBeGreaterThan(timeoutSeconds);
    }
  });

  test('has a sender, and is named as it is listed', () => {
    expect(FUNCTIONS.some(({ uses }) => uses?.some((use) => use === `${name}:publish`))).toBe(true);
    expect(queue.name).toBe(name);
    expect(existsSync(join(ROOT, 'lambdas', String(workers[0]?.name), 'handler.ts'))).toBe(true);
  });
});
