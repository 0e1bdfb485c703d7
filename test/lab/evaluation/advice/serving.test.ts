import { describe, expect, it } from 'vitest';
import { type Practice, serve, sumOf } from '../../../../lab/evaluation/advice/serving.ts';
import { type Call, callsOf, type Traffic } from '../../../../lab/evaluation/advice/traffic.ts';

const NOON_MS = Date.UTC(2026, 9, 14, 12);
const MINUTE_MS = 60_000;

const call = (minutes: number, given: Partial<Call> = {}): Call => ({
  id: `call-${minutes}`,
  atMs: NOON_MS + minutes * MINUTE_MS,
  inputTokens: 1_000,
  needlessTokens: 0,
  outputTokens: 100,
  shared: { name: 'prompt', tokens: 0 },
  promptHash: `prompt-${minutes}`,
  failures: 0,
  cohort: 0.5,
  draw: 0.5,
  ...given,
});

/** Nova Pro: 0.8 and 3.2 USD per million tokens; flex half of it, priority 175 %. */
const NOVA: Practice = {
  model: 'amazon.nova-pro-v1:0',
  tier: 'standard',
  cache: 'off',
  prefix: 'kept',
  regions: [],
  answersRepeats: false,
  loops: true,
  trims: true,
  fails: false,
};
/** Sonnet 5: 2 and 10 USD; cache reads 0.2, writes 2.5 for five minutes and 4 for an hour. */
const SONNET: Practice = { ...NOVA, model: 'global.anthropic.claude-sonnet-5' };

const costOf = (calls: Call[], practice: Practice): bigint => sumOf(serve(calls, () => practice));

describe('what served calls cost, reckoned by hand', () => {
  it('tiers', () => {
    // 1,000 × 800 + 100 × 3,200 nano-dollars.
    expect(costOf([call(0)], NOVA)).toBe(1_120_000n);
    expect(costOf([call(0)], { ...NOVA, tier: 'flex' })).toBe(560_000n);
    expect(costOf([call(0)], { ...NOVA, tier: 'priority' })).toBe(1_960_000n);
  });

  it('another model or tier for a share of the calls', () => {
    const also = { model: 'amazon.nova-pro-v1:0', share: 0.4 };
    const calls = [call(0, { draw: 0.39 }), call(1, { draw: 0.4 })];
    expect(costOf(calls, { ...SONNET, also })).toBe(1_120_000n + 3_000_000n);
    const flex = { ...also, tier: 'flex' as const };
    expect(costOf(calls, { ...NOVA, also: flex })).toBe(560_000n + 1_120_000n);
  });

  it('repeats, loops, failures and needless input', () => {
    const repeated = [call(0), call(1, { repeats: 'prompt' }), call(2, { repeats: 'loop' })];
    expect(costOf(repeated, NOVA)).toBe(3n * 1_120_000n);
    expect(costOf(repeated, { ...NOVA, loops: false })).toBe(2n * 1_120_000n);
    expect(costOf(repeated, { ...NOVA, answersRepeats: true })).toBe(1_120_000n);
    const hits = serve(repeated, () => ({ ...NOVA, answersRepeats: true }));
    expect(hits.map(({ isHit }) => isHit)).toEqual([false, true, true]);
    // A failed attempt pays for its input and half of the answer.
    const failing = [call(0, { failures: 1 })];
    expect(costOf(failing, { ...NOVA, fails: true })).toBe(960_000n + 1_120_000n);
    expect(costOf(failing, NOVA)).toBe(1_120_000n);
    const long = [call(0, { needlessTokens: 500 })];
    expect(costOf(long, { ...NOVA, trims: false })).toBe(1_120_000n + 400_000n);
  });

  it('a prefix that is cached for five minutes, read, lost and written again', () => {
    const prefixed = [0, 4, 10].map((minutes) =>
      call(minutes, { inputTokens: 3_000, shared: { name: 'prefix', tokens: 2_000 } }),
    );
    const rest = 1_000n * 2_000n + 100n * 10_000n;
    const [read, fiveMinutes, hour] = [2_000n * 200n, 2_000n * 2_500n, 2_000n * 4_000n];
    expect(costOf(prefixed, SONNET)).toBe(3n * (rest + 2_000n * 2_000n));
    expect(costOf(prefixed, { ...SONNET, cache: '5m' })).toBe(3n * rest + 2n * fiveMinutes + read);
    expect(costOf(prefixed, { ...SONNET, cache: '1h' })).toBe(3n * rest + hour + 2n * read);
  });

  it('a session whose turns repeat the whole input', () => {
    const turns = [2_000, 2_600, 3_300].map((tokens, turn) =>
      call(turn, { inputTokens: tokens, shared: { name: 'session', tokens } }),
    );
    const output = 3n * 100n * 10_000n;
    expect(costOf(turns, { ...SONNET, cache: '5m' })).toBe(
      output + 3_300n * 2_500n + (2_000n + 2_600n) * 200n,
    );
  });

  it('refuses a tier without a price', () => {
    expect(() => costOf([call(0)], { ...SONNET, tier: 'flex' })).toThrow(/no flex price/);
  });
});

describe('calls of a day', () => {
  const startMs = Date.UTC(2026, 9, 14);
  const on = (traffic: Traffic, perDay: number): Call[] =>
    callsOf(traffic, { name: 'route', startMs, seed: 5, perDay });
  const base = { inputTokens: 1_000, outputTokens: 100 };

  it('repeat about the asked share of prompts of the same day', () => {
    const calls = on({ ...base, shape: 'spread', repeatShare: 0.3 }, 2_000);
    const repeats = calls.filter(({ repeats: kind }) => kind === 'prompt');
    expect(repeats.length / calls.length).toBeCloseTo(0.3, 1);
    const seen = new Set<string>();
    for (const { promptHash, repeats: kind } of calls) {
      expect(seen.has(promptHash)).toBe(kind === 'prompt');
      seen.add(promptHash);
    }
  });

  it('of sessions begin with the whole input before', () => {
    const calls = on({ ...base, shape: 'sessions', turns: 4, gapMinutes: [10, 50] }, 400);
    const sessions = Map.groupBy(calls, ({ session }) => session);
    for (const turns of sessions.values()) {
      expect(turns).toHaveLength(4);
      for (const [index, turn] of turns.slice(1).entries()) {
        const before = turns[index];
        if (!before) continue;
        expect(turn.inputTokens).toBeGreaterThan(before.inputTokens + before.outputTokens);
        const gapMinutes = (turn.atMs - before.atMs) / MINUTE_MS;
        expect(gapMinutes).toBeGreaterThan(9.9);
        expect(gapMinutes).toBeLessThan(50.1);
        expect(turn.cohort).toBe(before.cohort);
      }
    }
  });

  it('of a nightly job cross an hour, and one comes in the daytime', () => {
    const hours = on({ ...base, shape: 'nightly' }, 200).map(({ atMs }) =>
      new Date(atMs).getUTCHours(),
    );
    expect(new Set(hours.filter((hour) => hour < 5))).toEqual(new Set([2, 3]));
    expect(hours.filter((hour) => hour >= 5)).toHaveLength(1);
  });
});
