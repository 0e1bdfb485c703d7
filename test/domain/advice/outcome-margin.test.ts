import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { type Outcome, outcomeOf } from '../../../domain/advice/outcome.ts';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import type { Change } from '../../../domain/advice/recommendation.ts';
import { type SeededRandom, seededRandom } from '../../../lab/traces/seeded-random.ts';
import {
  daily,
  factsOf,
  OPUS,
  rateAt,
  request,
  samplesOf,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';

const RUNS = 50;
const PER_DAY = 60;
const MINUTES = 4;
/** Of 50 intervals that hold in 90 % of cases, 38 to 49 hold in 99 of 100 experiments. */
const LEAST_HOLD = 38;
const MOST_HOLD = 49;

/** How a call is served, by chance, without the advice and with it; nothing if it is not made. */
type Served = Omit<Partial<RequestFact>, 'atMs'>;
type Call = { without: Served; with: Served | undefined };
type World = {
  kind: Change['kind'];
  /** @param day of the history; undefined after it */
  call: (random: SeededRandom, day: number | undefined) => Call;
};

const prompt = (random: SeededRandom): number => 400 + Math.floor(400 * random());

/** A third of the calls follows already; then all do. */
const model: World = {
  kind: 'model',
  call: (random) => {
    const usage = tokens(prompt(random), 100);
    const isGood = { usage, quality: 1 };
    return {
      without: { ...isGood, model: random() < 0.33 ? SONNET : OPUS },
      with: { ...isGood, model: SONNET },
    };
  },
};

/** A quarter of the calls fails; then none does. */
const calls: World = {
  kind: 'calls',
  call: (random) => {
    const isFailed = random() < 0.25;
    const served = { model: SONNET, usage: tokens(prompt(random), 100) };
    return {
      without: { ...served, status: isFailed ? 'failed' : 'completed' },
      with: isFailed ? undefined : { ...served, status: 'completed' },
    };
  },
};

const PREFIX = { hash: 'template', tokens: 3_000 };
const asked = (isRead: boolean) => ({
  ...tokens(1_000, 100),
  cacheReadTokens: isRead ? 3_000 : 0,
  cacheWriteTokens: isRead ? 0 : 3_000,
});

/** All calls read a prefix; then seven of ten have one of their own, until the advice. */
const reads: World = {
  kind: 'cache-reads',
  call: (random, day) => {
    const draw = random();
    const isOwn = draw < 0.7 && (day === undefined || day >= 7);
    const kept = { model: SONNET, prefix: PREFIX, usage: asked(true) };
    const own = { ...kept, prefix: { ...PREFIX, hash: String(draw) }, usage: asked(false) };
    return { without: isOwn ? own : kept, with: kept };
  },
};

/** Prompts become twice as long in a step; then they are as short as before. */
const lengths: World = {
  kind: 'input-length',
  call: (random, day) => {
    const short = prompt(random);
    const isLong = day === undefined || day >= 7;
    const usageOf = (inputTokens: number) => ({ model: SONNET, usage: tokens(inputTokens, 100) });
    return { without: usageOf(isLong ? 2 * short : short), with: usageOf(short) };
  },
};

const made = (served: readonly (Served | undefined)[]): RequestFact[] =>
  daily(PER_DAY, MINUTES, (atMs, day, index) =>
    request(atMs, { id: 'none', ...served[day * PER_DAY + index], atMs }),
  ).filter((_item, index) => served[index] !== undefined);

const numbered = (requests: readonly RequestFact[], batch: number): RequestFact[] =>
  requests.map((item, index) => ({ ...item, id: `batch-${batch}-${index}` }));

const costIn = (requests: readonly RequestFact[]): bigint =>
  requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);

type Judged = Outcome & { truth: bigint };

/**
 * One experiment: what the outcome says, and what the same calls would have cost. The outcome is
 * measured on samples of each of these sizes.
 */
function run(
  { kind, call }: World,
  seed: number,
  sizes: readonly (number | undefined)[],
): Judged[] {
  const random = seededRandom(seed);
  const history = Array.from(
    { length: 14 * PER_DAY },
    (_, index) => call(random, Math.floor(index / PER_DAY)).without,
  );
  const later = Array.from({ length: 14 * PER_DAY }, () => call(random, undefined));
  const facts = factsOf(numbered(made(history), 2 * seed));
  const advice = advise(facts).find(({ change }) => change.kind === kind);
  if (!advice?.before || !('route' in advice.change)) throw new Error(`no advice of ${kind}`);
  const after = numbered(made(later.map((item) => item.with)), 2 * seed + 1);
  const { change, before } = advice;
  const truth = costIn(made(later.map(({ without }) => without))) - costIn(after);
  const accepted = { change, before, fromMs: 0, successors: [] };
  return sizes.map((most) => ({ ...outcomeOf(accepted, samplesOf(after, most), rateAt), truth }));
}

const holds = ({ realizedSavingNanoUsd, marginNanoUsd, truth }: Judged) =>
  realizedSavingNanoUsd - marginNanoUsd <= truth && truth <= realizedSavingNanoUsd + marginNanoUsd;

describe('the interval of an outcome', () => {
  test.each([
    ['another model', model],
    ['fewer calls', calls],
    ['reads from a cache', reads],
    ['shorter prompts', lengths],
  ])('of %s contains the truth about as often as it says', (_name, world) => {
    const sizes = [undefined, PER_DAY / 2];
    const runs = Array.from({ length: RUNS }, (_, seed) => run(world, seed, sizes));
    for (const [at, most] of sizes.entries()) {
      const holding = runs.flatMap((outcomes) => outcomes.slice(at, at + 1)).filter(holds);
      expect(holding.length, `most ${most}`).toBeGreaterThanOrEqual(LEAST_HOLD);
      expect(holding.length, `most ${most}`).toBeLessThanOrEqual(MOST_HOLD);
    }
  });
});
