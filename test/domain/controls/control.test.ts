import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScopeSpend } from '../../../domain/controls/breaches.ts';
import {
  applyManually,
  type ControlState,
  controlIdOf,
  COOL_DOWN_MS,
  effectiveControl,
  endExpired,
  nextAutomatic,
  placeOfControl,
  reverse,
} from '../../../domain/controls/control.ts';
import { strengthOf } from '../../../domain/controls/restriction.ts';
import { spentWithinHour } from '../../../domain/controls/spend-rate.ts';
import { DEFAULT_LEVELS } from '../../../domain/controls/built-in-levels.ts';
import { levelsInForce } from '../../../domain/controls/levels-in-force.ts';
import {
  requiredRestrictions,
  strictestOf,
} from '../../../domain/controls/required-restriction.ts';
import { NANO_PER_USD, parseUsd } from '../../../domain/money.ts';
import { SCOPES } from '../../../domain/scopes.ts';

const ada = { scope: 'user', scopeId: 'ada' } as const;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const MIDNIGHT = Date.parse('2026-11-22T00:00:00Z');
const usd = (text: string): bigint => parseUsd(text) ?? -1n;

const daily = (amount: bigint): ScopeSpend => ({
  ...ada,
  period: 'daily',
  periodKey: '2026-11-21',
  endsAtMs: MIDNIGHT,
  spent: amount,
});
const hourly = (amount: bigint): ScopeSpend => ({
  ...daily(amount),
  period: 'hourly',
  periodKey: '2026-11-21T12',
  endsAtMs: NOON + 7_200_000,
});
const requiredRestriction = (...facts: Parameters<typeof requiredRestrictions>) =>
  strictestOf(requiredRestrictions(...facts));
const wantedAt = (amount: string) =>
  requiredRestriction([daily(usd(amount))], DEFAULT_LEVELS)?.restriction;

/** The state after a day's spend. */
function step(state: ControlState, amount: bigint, nowMs: number) {
  const spends = [daily(amount)].filter(({ endsAtMs }) => nowMs < endsAtMs);
  const target = requiredRestrictions(spends, DEFAULT_LEVELS);
  const floor = requiredRestrictions(spends, DEFAULT_LEVELS, true);
  return nextAutomatic(ada, state, { target, floor }, nowMs);
}

describe('what spend calls for', () => {
  test('rises from nothing over three tiers to a shutdown', () => {
    expect(wantedAt('9.999999999')).toBeUndefined();
    expect(wantedAt('10')).toEqual({ action: 'throttle', tier: 1 });
    expect(wantedAt('15')).toEqual({ action: 'throttle', tier: 2 });
    expect(wantedAt('20')).toEqual({ action: 'throttle', tier: 3 });
    expect(wantedAt('25')).toEqual({ action: 'shutdown' });
  });

  test('is never milder after more spending, and never milder than without the hysteresis', () => {
    const amount = fc.bigInt({ min: 0n, max: 40n * NANO_PER_USD });
    fc.assert(
      fc.property(amount, amount, (first, more) => {
        const strength = (spent: bigint, isHeld: boolean): number =>
          strengthOf(requiredRestriction([daily(spent)], DEFAULT_LEVELS, isHeld)?.restriction);
        expect(strength(first + more, false)).toBeGreaterThanOrEqual(strength(first, false));
        expect(strength(first, true)).toBeGreaterThanOrEqual(strength(first, false));
      }),
    );
  });

  test('of a rate spares grave work: high above 100 USD an hour, critical above 200', () => {
    const levels = levelsInForce('organization', undefined);
    const at = (amount: string) => requiredRestriction([hourly(usd(amount))], levels)?.restriction;
    expect(at('99.99')).toBeUndefined();
    expect(at('100')).toEqual({ action: 'throttle', tier: 1, spares: 'high' });
    expect(at('200')).toEqual({ action: 'throttle', tier: 1, spares: 'critical' });
    expect(at('1000')).toEqual({ action: 'throttle', tier: 3 });
  });

  test('built-in levels of shared scopes tell and do not stop', () => {
    for (const scope of SCOPES.filter((each) => each !== 'user')) {
      const levels = levelsInForce(scope, undefined);
      expect(requiredRestriction([daily(usd('5000'))], levels)).toBeUndefined();
    }
  });
});

describe('the rate of an hour', () => {
  test('counts as much of the hour before as lies within 60 minutes', () => {
    const sums = { thisHour: 10n, hourBefore: 100n };
    expect(spentWithinHour(sums, NOON)).toBe(110n);
    expect(spentWithinHour(sums, NOON + 1_800_000)).toBe(60n);
    expect(spentWithinHour(sums, NOON + 3_599_999)).toBe(10n);
  });
});

describe('an automatic control', () => {
  test('gets harder at once, and milder only when clearly below and cooled down', () => {
    const applied = step({}, usd('10'), NOON);
    expect(applied).toMatchObject({ change: 'applied', control: { restriction: { tier: 1 } } });
    const hardened = step(applied?.next ?? {}, usd('25'), NOON + 1_000);
    expect(hardened).toMatchObject({ change: 'hardened', control: { appliedAtMs: NOON } });
    const state = hardened?.next ?? {};
    expect(step(state, usd('24'), NOON + COOL_DOWN_MS * 2)).toBeUndefined();
    expect(step(state, usd('20'), NOON + 2_000)).toBeUndefined();
    expect(step(state, usd('12'), NOON + COOL_DOWN_MS * 2)).toMatchObject({ change: 'eased' });
    expect(step(state, usd('8'), NOON + COOL_DOWN_MS * 2)).toMatchObject({ change: 'recovered' });
  });

  test('changes once while spend goes up and down around a limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: usd('9.01'), max: usd('10.5') }), { maxLength: 60 }),
        (spends) => {
          let state: ControlState = {};
          let changes = 0;
          for (const [minute, spent] of [usd('10'), ...spends].entries()) {
            const change = step(state, spent, NOON + minute * 60_000);
            if (!change) continue;
            changes += 1;
            state = change.next;
          }
          expect(changes).toBe(1);
        },
      ),
    );
  });

  test('ends with its period, without any watcher', () => {
    const state = step({}, usd('30'), NOON)?.next ?? {};
    expect(effectiveControl(state, MIDNIGHT - 1)?.restriction).toEqual({ action: 'shutdown' });
    expect(effectiveControl(state, MIDNIGHT)).toBeUndefined();
    expect(step(state, usd('30'), MIDNIGHT)).toMatchObject({ change: 'expired', next: {} });
  });

  test('of a rate that goes on is renewed without a word', () => {
    const levels = levelsInForce('organization', undefined);
    const of = (spend: ScopeSpend, state: ControlState, nowMs: number) =>
      nextAutomatic(
        ada,
        state,
        {
          target: requiredRestrictions([spend], levels),
          floor: requiredRestrictions([spend], levels, true),
        },
        nowMs,
      );
    const state = of(hourly(usd('150')), {}, NOON)?.next ?? {};
    const later = { ...hourly(usd('90')), endsAtMs: NOON + 10_800_000 };
    const renewed = of(later, state, NOON + 3_600_000);
    expect(renewed).toMatchObject({ change: 'renewed', control: { changedAtMs: NOON } });
    expect(effectiveControl(renewed?.next ?? {}, NOON + 8_000_000)).toBeDefined();
    expect(of(hourly(usd('79')), state, NOON + 3_600_000)).toMatchObject({ change: 'recovered' });
  });

  test('that a person ended comes back only harder or in another period', () => {
    const before = step({}, usd('12'), NOON);
    const reversed = reverse(before?.next ?? {}, before?.control ?? expect.unreachable());
    expect(reversed.change).toBe('reversed');
    expect(step(reversed.next, usd('13'), NOON + 60_000)).toBeUndefined();
    expect(step(reversed.next, usd('25'), NOON + 60_000)).toMatchObject({ change: 'applied' });
  });
});

describe('a manual control', () => {
  const order = { ...ada, actor: 'key-1', reason: 'an incident' };
  const shutdown = { ...order, restriction: { action: 'shutdown' } as const };

  test('stands beside the automatic one, and the harder one counts', () => {
    const automatic = step({}, usd('10'), NOON)?.next ?? {};
    const { next } = applyManually(automatic, shutdown, NOON);
    expect(effectiveControl(next, NOON)).toMatchObject({ origin: 'manual' });
    const mild = { ...order, restriction: { action: 'throttle', tier: 1 } as const };
    const harder = step(applyManually({}, mild, NOON).next, usd('30'), NOON)?.next ?? {};
    expect(effectiveControl(harder, NOON)).toMatchObject({ origin: 'automatic' });
  });

  test('stands when the automatic one of its scope is reversed, and the other way round', () => {
    const automatic = step({}, usd('13'), NOON) ?? expect.unreachable();
    const both = applyManually(automatic.next, shutdown, NOON).next;
    const [manualLeft, automaticLeft] = [both.automatic, both.manual].map(
      (control) => reverse(both, control ?? expect.unreachable()).next,
    );
    expect(manualLeft).toMatchObject({ manual: both.manual, automatic: undefined });
    expect(effectiveControl(manualLeft ?? {}, NOON)).toEqual(both.manual);
    expect(automaticLeft).toMatchObject({ manual: undefined, automatic: both.automatic });
    expect(effectiveControl(automaticLeft ?? {}, NOON)).toEqual(both.automatic);
  });

  test('lasts until it is reversed, or to its end', () => {
    const lasting = applyManually({}, shutdown, NOON);
    expect(endExpired(lasting.next, NOON + 10 ** 12)).toBeUndefined();
    expect(step(lasting.next, 0n, NOON + 10 ** 9)).toBeUndefined();
    expect(reverse(lasting.next, lasting.control).next).toEqual({ manual: undefined });
    const until = applyManually({}, { ...shutdown, expiresAtMs: NOON + 1 }, NOON).next;
    expect(endExpired(until, NOON)).toBeUndefined();
    expect(endExpired(until, NOON + 1)).toMatchObject({ change: 'expired' });
  });

  test('that is repeated stays the same control, whose end is the end of what was told', () => {
    const first = applyManually({}, shutdown, NOON);
    const mild = {
      ...order,
      actor: 'key-2',
      restriction: { action: 'throttle', tier: 1 } as const,
    };
    const second = applyManually(first.next, mild, NOON + 1);
    expect(controlIdOf(second.control)).toBe(controlIdOf(first.control));
    expect(second.next.manual).toMatchObject({ ...mild, changedAtMs: NOON + 1 });
  });

  test('has an id that names its place, and no other text does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SCOPES), fc.string({ minLength: 1 }), (scope, scopeId) => {
        const { control } = applyManually({}, { ...shutdown, scope, scopeId }, NOON);
        expect(controlIdOf(control)).toMatch(/^ctl_[\w-]+$/);
        const isWhole = scopeId.isWellFormed();
        if (isWhole) {
          expect(placeOfControl(controlIdOf(control))).toEqual({
            scope,
            scopeId,
            origin: 'manual',
          });
        }
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(placeOfControl(text)).toBeUndefined();
        expect(placeOfControl(`ctl_${text}`)).toBeUndefined();
      }),
    );
  });
});
