import { trainingServices } from '../../../composition/prediction.ts';
import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import {
  fitOutputModel,
  LEAST_SAMPLES,
  type Sample,
} from '../../../domain/prediction/fit-output-model.ts';
import { createLearning } from '../../../services/prediction/learn-from-postings.ts';
import { createPredictorState } from '../../../services/prediction/predictor-state.ts';
import { hasDrifted, trainPredictors } from '../../../services/prediction/train-predictor.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { silentTelemetry } from '../../support/telemetry.ts';

const NOW = Date.parse('2026-11-21T02:15:00Z');

/** Numbers from 0 to 1, reproducible by seed. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/**
 * Requests that always use new routes and whose output is a fifth of the maximum: history by route
 * teaches nothing, the regression everything.
 */
function requestsOnNewRoutes(count: number, noise: number): Sample[] {
  const uniform = uniformFrom(11);
  return Array.from({ length: count }, (_, index) => {
    const maxOutputTokens = Math.round(100 * 2 ** (uniform() * 6));
    return {
      inputTokens: 200 + Math.floor(uniform() * 2_000),
      outputTokens: Math.round((maxOutputTokens / 5) * Math.exp(noise * (uniform() - 0.5))),
      maxOutputTokens,
      model: 'amazon.nova-pro-v1:0',
      system: 'automatrix',
      operation: `step-${index}`,
      atMs: NOW - (count - index) * 10_000,
    };
  });
}

describe('fitOutputModel', () => {
  const options = { version: 'regression-test', nowMs: NOW };

  test('finds a rule that running statistics cannot know, and calls it better', () => {
    const fitted = fitOutputModel(requestsOnNewRoutes(1_500, 0.4), options);
    expect(fitted?.better).toBe(true);
    const { metrics, strength } = fitted?.candidate ?? {};
    expect(metrics?.logError).toBeLessThan((metrics?.baselineLogError ?? 0) / 2);
    expect(metrics?.cover).toBeGreaterThan(0.9);
    expect(metrics?.fittedOn).toBe(1_200);
    expect(strength).toBe(100);
  });

  test('calls a fit no better where outputs are only noise', () => {
    const uniform = uniformFrom(5);
    const samples = requestsOnNewRoutes(1_500, 0.4).map((sample) => ({
      ...sample,
      operation: 'chat',
      outputTokens: Math.round(100 * Math.exp(2 * uniform())),
    }));
    expect(fitOutputModel(samples, options)?.better).toBe(false);
  });

  test('does not replace an active model by one that is as good', () => {
    const samples = requestsOnNewRoutes(1_500, 0.4);
    const active = fitOutputModel(samples, options)?.candidate;
    const again = fitOutputModel(samples, { ...options, active });
    expect(again?.active?.logError).toBeLessThan(again?.candidate.metrics.baselineLogError ?? 0);
    expect(again?.better).toBe(false);
  });

  test('reports when the current predictor got worse on the newest requests', () => {
    const uniform = uniformFrom(7);
    const samples = requestsOnNewRoutes(2_000, 0.4).map((sample, index) => ({
      ...sample,
      operation: 'chat',
      outputTokens: Math.round(100 * Math.exp((index < 1_600 ? 0.2 : 3) * uniform())),
    }));
    const drifting = fitOutputModel(samples, options);
    const steady = fitOutputModel(samples.slice(0, 1_600), options);
    const drifted = (fit: typeof drifting) =>
      fit && hasDrifted(fit.inForce, fit.candidate.metrics.testedOn);
    expect(drifted(drifting)).toBe(true);
    expect(drifted(steady)).toBe(false);
    const low = { newest: { logError: 1, cover: 0.9 }, before: { logError: 1, cover: 0.95 } };
    expect(hasDrifted(low, 200)).toBe(true);
    // Ten of 100 happen by chance too often to alert anyone.
    expect(hasDrifted(low, 100)).toBe(false);
  });

  test('does not fit on too few requests', () => {
    expect(fitOutputModel(requestsOnNewRoutes(LEAST_SAMPLES - 1, 0), options)).toBeUndefined();
  });
});

describe('training on recorded usage', () => {
  let embedded: EmbeddedStore;
  beforeAll(async () => {
    embedded = await startEmbeddedStore();
  });
  afterAll(() => embedded.close());

  const postingOf = (sample: Sample, index: number): Posting => ({
    postingId: `e${index}.2`,
    kind: 'settlement',
    entryId: `e${index}`,
    organizationId: 'acme',
    userId: 'ada',
    system: sample.system,
    operation: sample.operation,
    model: sample.model,
    occurredAtMs: sample.atMs,
    postedAtMs: sample.atMs,
    amountNanoUsd: 1_000n,
    requests: 1,
    usage: {
      inputTokens: sample.inputTokens,
      outputTokens: sample.outputTokens,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    },
    maxOutputTokens: sample.maxOutputTokens,
  });

  test('keeps the fit, promotes it when it is better, and predicts with it', async () => {
    const { usage, artifacts } = stores(embedded.db);
    const telemetry = silentTelemetry();
    const postings = requestsOnNewRoutes(700, 0.4).map(postingOf);
    expect((await usage.record(postings, 400, NOW)).kind).toBe('recorded');
    const deps = { ...trainingServices(embedded.db, { telemetry, entryShards: [] }), telemetry };
    const [training, ...others] = await trainPredictors(deps, NOW);
    expect(others).toEqual([]);
    expect(training).toEqual({
      organizationId: 'acme',
      samples: 700,
      version: 'regression-2026-11-21T02:15:00.000Z',
      promoted: true,
      drifted: false,
    });
    expect((await artifacts.read('acme')).promotion?.model.version).toBe(training?.version);
    expect(telemetry.metrics.map(({ name }) => name)).toEqual(['PredictorTrained']);
    expect(await deps.audit.listDay('acme', '2026-11-21')).toMatchObject([
      { actor: 'automatic', action: 'predictor.promote', after: { version: training?.version } },
    ]);

    const [again] = await trainPredictors(deps, NOW + 60_000);
    expect(again).toMatchObject({ samples: 700, promoted: false });
    expect((await artifacts.read('acme')).promotion?.model.version).toBe(training?.version);
    expect(await artifacts.listModels('acme')).toHaveLength(2);
  });

  test('learning from postings fills the statistics of each organization', async () => {
    const { artifacts } = stores(embedded.db);
    const telemetry = silentTelemetry();
    const predictors = createPredictorState({ artifacts, now: () => NOW });
    const learn = createLearning({ artifacts, predictors, telemetry });
    const [first, second] = requestsOnNewRoutes(2, 0).map(postingOf);
    if (!first || !second) throw new Error('two requests were made');
    await learn([
      { ...first, organizationId: 'north' },
      { ...second, organizationId: 'south' },
      { ...second, organizationId: 'south', operation: 'step-0' },
    ]);
    expect((await artifacts.read('north')).routes).toHaveLength(1);
    expect((await artifacts.read('south')).routes).toHaveLength(2);
    expect(telemetry.lines).toEqual([]);
  });

  test('learning skips some of the large batches', async () => {
    const { artifacts } = stores(embedded.db);
    const predictors = createPredictorState({ artifacts, now: () => NOW });
    const learn = createLearning({ artifacts, predictors, telemetry: silentTelemetry() });
    const [posting] = requestsOnNewRoutes(1, 0).map(postingOf);
    if (!posting) throw new Error('a request was made');
    const batch = (organizationId: string, postings: number) =>
      Array.from({ length: postings }, () => ({
        ...posting,
        organizationId,
        postingId: '019aa5c3-7a10-7cc4-9b1e-00000000ffff.2',
      }));
    await learn([...batch('small', 25), ...batch('large', 26)]);
    expect((await artifacts.read('small')).routes).toHaveLength(1);
    expect((await artifacts.read('large')).routes).toEqual([]);
  });
});
