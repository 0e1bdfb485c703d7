import { describe, expect, it } from 'vitest';
import {
  afterProbe,
  type Breaker,
  NEVER_OPEN,
  opened,
  phaseOf,
  rampShareOf,
} from '../../../domain/routing/breaker.ts';
import type { OutcomeKind } from '../../../domain/routing/endpoint.ts';
import { type Health, judgePool } from '../../../domain/routing/judge-pool.ts';
import { NO_CALLS, slotAt, sumOf, type Tally, tallyOf } from '../../../domain/routing/tally.ts';

const NOW_MS = 1_000_000;

/** `count` calls per second of each kind, over the last seconds. */
function healthOf(
  counts: Partial<Record<OutcomeKind, number>>,
  { seconds = 6, latencyMs = 100, breaker = NEVER_OPEN, untilMs = NOW_MS } = {},
): Health {
  const slots = new Map<number, Tally>();
  for (let second = 0; second < seconds; second += 1) {
    const slot = slotAt(untilMs - second * 1_000);
    for (const [kind, count] of Object.entries(counts)) {
      for (let call = 0; call < count; call += 1) {
        const tally = tallyOf({ kind: kind as OutcomeKind, latencyMs });
        slots.set(slot, sumOf([slots.get(slot) ?? NO_CALLS, tally]));
      }
    }
  }
  return { slots, breaker };
}

const causeOf = (health: Health, ...rest: Health[]): string | undefined =>
  judgePool(new Map([health, ...rest].map((each, at) => [String(at), each])), NOW_MS).get('0')
    ?.cause;

describe('judgePool', () => {
  it.each([
    ['most calls fail', { failed: 3, ok: 1 }, 'failing'],
    ['most calls time out', { timeout: 3, ok: 1 }, 'failing'],
    ['most calls are throttled', { throttled: 3, ok: 1 }, 'throttled'],
    ['some calls fail', { failed: 1, ok: 3 }, undefined],
    ['all callers are wrong', { refused: 50 }, undefined],
    ['nobody calls', {}, undefined],
  ])('%s', (_, counts, cause) => {
    expect(causeOf(healthOf(counts))).toBe(cause);
  });

  it('needs five failures, which few calls gather in half a minute', () => {
    expect(causeOf(healthOf({ failed: 1 }, { seconds: 4 }))).toBeUndefined();
    expect(causeOf(healthOf({ failed: 1 }, { seconds: 5 }))).toBe('failing');
    expect(causeOf(healthOf({ failed: 9 }, { untilMs: NOW_MS - 40_000 }))).toBeUndefined();
  });

  it('sees an outage within seconds, whatever went well before', () => {
    const before = healthOf({ ok: 100 }, { seconds: 25, untilMs: NOW_MS - 4_000 });
    const outage = healthOf({ failed: 100 }, { seconds: 4 });
    expect(causeOf({ ...outage, slots: new Map([...before.slots, ...outage.slots]) })).toBe(
      'failing',
    );
  });

  it('opens an endpoint that does clearly worse than the rest', () => {
    const usual = healthOf({ ok: 10 });
    expect(causeOf(healthOf({ ok: 7, failed: 3 }), usual)).toBe('outlier');
    expect(causeOf(healthOf({ ok: 9, failed: 1 }), usual)).toBeUndefined();
    expect(causeOf(healthOf({ ok: 7, failed: 3 }), healthOf({ ok: 7, failed: 3 }))).toBeUndefined();
    expect(causeOf(healthOf({ ok: 10 }, { latencyMs: 350 }), usual)).toBe('slow');
    expect(causeOf(healthOf({ ok: 10 }, { latencyMs: 250 }), usual)).toBeUndefined();
  });

  it('compares only what has enough calls', () => {
    expect(
      causeOf(healthOf({ ok: 1 }, { latencyMs: 9_000 }), healthOf({ ok: 10 })),
    ).toBeUndefined();
    expect(causeOf(healthOf({ ok: 10 }, { latencyMs: 9_000 }))).toBeUndefined();
  });

  it('forgets what came before a breaker closed', () => {
    const breaker: Breaker = { ...NEVER_OPEN, trips: 1, sinceMs: NOW_MS - 500 };
    expect(causeOf(healthOf({ failed: 9 }, { breaker, untilMs: NOW_MS - 2_000 }))).toBeUndefined();
  });
});

describe('a breaker', () => {
  it('waits twice as long with each trip in a row, up to a minute', () => {
    let breaker = NEVER_OPEN;
    const pauses = Array.from({ length: 6 }, () => {
      breaker = opened(breaker, 'failing', NOW_MS);
      return breaker.probeAtMs - NOW_MS;
    });
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('starts over after five good minutes', () => {
    const closed: Breaker = { ...NEVER_OPEN, trips: 4, sinceMs: NOW_MS };
    expect(opened(closed, 'failing', NOW_MS + 299_000).trips).toBe(5);
    expect(opened(closed, 'failing', NOW_MS + 301_000).trips).toBe(1);
  });

  it('is half-open once its pause is over, closes after three probes, and opens after a bad one', () => {
    const open = opened(NEVER_OPEN, 'failing', NOW_MS);
    expect(phaseOf(open, NOW_MS + 4_999)).toBe('open');
    expect(phaseOf(open, NOW_MS + 5_000)).toBe('half-open');
    const once = afterProbe(open, true, NOW_MS + 5_100);
    const twice = afterProbe(once, true, NOW_MS + 5_200);
    expect([once, twice].map(({ state }) => state)).toEqual(['open', 'open']);
    expect(afterProbe(twice, true, NOW_MS + 5_300).state).toBe('closed');
    expect(afterProbe(twice, false, NOW_MS + 5_300)).toMatchObject({
      state: 'open',
      sinceMs: NOW_MS,
      trips: 2,
      passes: 0,
      probeAtMs: NOW_MS + 15_300,
    });
  });

  it('gives an endpoint its calls back over twenty seconds', () => {
    const closed: Breaker = { ...NEVER_OPEN, trips: 1, sinceMs: NOW_MS };
    const shares = [0, 2_000, 10_000, 20_000].map((ms) => rampShareOf(closed, NOW_MS + ms));
    expect(shares).toEqual([0.1, 0.1, 0.5, 1]);
    expect(rampShareOf(NEVER_OPEN, 0)).toBe(1);
  });
});
