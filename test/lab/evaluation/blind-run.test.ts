import { describe, expect, it } from 'vitest';
import { createBucketMean } from '../../../lab/evaluation/figures/baseline-predictors.ts';
import {
  blindRun,
  type CostPredictor,
  type TracedRequest,
} from '../../../lab/evaluation/figures/blind-run.ts';
import { seededRandom } from '../../../lab/traces/seeded-random.ts';
import { createProductPredictor } from '../../../lab/evaluation/product-predictor.ts';

const request = (index: number, outputTokens: number, atMs?: number): TracedRequest => ({
  known: {
    atMs,
    inputTokens: 100 + index,
    model: 'a-model',
    system: 'a-system',
    inputUsdPerMillion: 3,
    outputUsdPerMillion: 15,
  },
  outputTokens,
});

/** Requests one second apart, with random lengths. */
function randomRequests(count: number, seed = 1): TracedRequest[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) =>
    request(Math.floor(random() * 900), 1 + Math.floor(random() * 400), index * 1_000),
  );
}

const silent = { expectedUsd: 0, medianUsd: 0, upperUsd: 0, quantilesUsd: [] };

/** A predictor that records the order of its calls. */
function createWitness() {
  const events: string[] = [];
  const predictor: CostPredictor = {
    predict({ inputTokens }) {
      events.push(`asked ${inputTokens - 100}`);
      return silent;
    },
    learn({ inputTokens }, outputTokens) {
      events.push(`told ${inputTokens - 100}: ${outputTokens}`);
    },
    endTraining() {
      events.push('trained');
    },
  };
  return { events, predictor };
}

describe('the order of a run', () => {
  it('tells an outcome before the next request where a trace has no clock', () => {
    const { events, predictor } = createWitness();
    blindRun({ requests: [request(0, 7), request(1, 8), request(2, 9)], testedFrom: 2 }, predictor);
    expect(events).toEqual(['asked 0', 'told 0: 7', 'asked 1', 'told 1: 8', 'trained', 'asked 2']);
  });

  it('tells an outcome only when the request was served and learned from', () => {
    const { events, predictor } = createWitness();
    // 1 s to the first token, 25 ms per token, 10 s until it is learned.
    const requests = [
      request(0, 400, 0),
      request(1, 40, 5_000),
      request(2, 1, 16_999),
      request(3, 1, 17_000),
      request(4, 1, 21_000),
    ];
    blindRun({ requests, testedFrom: 0 }, predictor);
    expect(events).toEqual([
      'trained',
      'asked 0',
      'asked 1',
      'asked 2',
      'told 1: 40',
      'asked 3',
      'told 0: 400',
      'asked 4',
    ]);
  });
});

describe('looking ahead', () => {
  it('is impossible: a predictor can reach no outcome', () => {
    const reachable: unknown[] = [];
    const spy: CostPredictor = {
      predict(known) {
        reachable.push(...Object.values(known));
        expect(Object.isFrozen(known)).toBe(true);
        return silent;
      },
      learn: () => undefined,
    };
    const secret = 123_456;
    blindRun({ requests: [request(0, secret), request(1, secret)], testedFrom: 0 }, spy);
    expect(reachable).toContain('a-model');
    expect(reachable).not.toContain(secret);
    expect(reachable.filter((value) => typeof value === 'object')).toEqual([]);
  });

  it('is impossible: a prediction cannot be changed once its outcome is known', () => {
    const predictions: { upperUsd: number; quantilesUsd: number[] }[] = [];
    const cheat: CostPredictor = {
      predict() {
        const prediction = { ...silent, quantilesUsd: [0] };
        predictions.push(prediction);
        return prediction;
      },
      learn(_known, outputTokens) {
        for (const prediction of predictions) {
          prediction.upperUsd = outputTokens;
          prediction.quantilesUsd[0] = outputTokens;
        }
      },
    };
    const served = blindRun({ requests: [request(0, 9), request(1, 9)], testedFrom: 0 }, cheat);
    expect(predictions[0]?.upperUsd).toBe(9);
    expect(served.map(({ prediction }) => prediction)).toEqual([
      { ...silent, quantilesUsd: [0] },
      { ...silent, quantilesUsd: [0] },
    ]);
  });

  it.each([
    ['Purser', createProductPredictor],
    ['bucket mean', createBucketMean],
  ])('does not happen: another future changes no prediction of %s before it', (_, create) => {
    const past = randomRequests(700);
    const future = randomRequests(300, 2).map(({ known, outputTokens }, index) => ({
      known: { ...known, atMs: (700 + index) * 1_000 },
      outputTokens,
    }));
    const otherFuture = future.map(({ known }, index) => ({
      known: { ...known, inputTokens: 5 * known.inputTokens },
      outputTokens: future.at(-1 - index)?.outputTokens ?? 1,
    }));
    // The last past request's outcome differs as well, because even its own prediction must not
    // know it.
    const otherPast = past.map(({ known, outputTokens }, index) => ({
      known,
      outputTokens: index === 699 ? 9_999 : outputTokens,
    }));
    const predict = (requests: TracedRequest[]) =>
      blindRun({ requests, testedFrom: 600 }, create()).map(({ prediction }) => prediction);
    const first = predict([...past, ...future]);
    const second = predict([...otherPast, ...otherFuture]);
    expect(second.slice(0, 700)).toEqual(first.slice(0, 700));
    expect(second.slice(700)).not.toEqual(first.slice(700));
  });
});
