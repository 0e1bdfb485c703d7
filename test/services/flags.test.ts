import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FULLY_ON } from '../../domain/flags/flag.ts';
import { coldState } from '../../domain/prediction/predictor-state.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { createFlags } from '../../services/flags.ts';
import { type FeatureFlagStore } from '../../tables/feature-flags.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { reservingOn } from '../support/reserving.ts';
import { SONNET } from '../support/request-bodies.ts';
import { callOf } from '../support/call.ts';
import { stored } from '../support/stored.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const ada = { organizationId: 'acme', system: 'relaycore', userId: 'ada' };
const OFF = { ...FULLY_ON, enabled: false };

let store: EmbeddedStore;
let flags: FeatureFlagStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
  flags = stores(store.db).flags;
});
afterAll(() => store.close());

/** Flags with a test-controlled clock and a store that the test can disconnect. */
function reading(organizationId: string) {
  const world = { nowMs: NOW, isCutOff: false, errors: 0 };
  const reader = createFlags({
    flags: {
      list: (id) => (world.isCutOff ? Promise.reject(new Error('cut off')) : flags.list(id)),
    },
    now: () => world.nowMs,
    onError: () => (world.errors += 1),
  });
  const isOn = async () => {
    const current = await reader.current(organizationId);
    return current.isOn('model-switching', { ...ada, organizationId });
  };
  return { world, isOn, reader };
}

test('a change is in force everywhere when two seconds are over', async () => {
  const { world, isOn } = reading('changing');
  expect(await isOn()).toBe(true);
  await stored(store.db, flags.replacement('changing', 'model-switching', OFF));
  world.nowMs += 2_001;
  expect(await isOn()).toBe(false);
});

test('a reading that fails leaves what was read in force', async () => {
  await stored(
    store.db,
    flags.replacement('failing', 'model-switching', { ...FULLY_ON, rolloutPercent: 100 }),
  );
  const { world, isOn } = reading('failing');
  expect(await isOn()).toBe(true);
  world.isCutOff = true;
  world.nowMs += 60_000;
  expect(await isOn()).toBe(true);
  expect(world.errors).toBe(1);
});

test('settings that were never read guard money, and are read as soon as they can be', async () => {
  const { world, isOn, reader } = reading('unread');
  world.isCutOff = true;
  const unread = await reader.current('unread');
  expect(unread.isOn('throttling', ada)).toBe(true);
  expect(await isOn()).toBe(false);
  world.isCutOff = false;
  expect(await isOn()).toBe(true);
});

describe('a reservation', () => {
  async function reserve(organizationId: string, limitNanoUsd: bigint) {
    const trained = { ...coldState(), version: 'regression-1' };
    const deps = {
      ...reservingOn(store.db, () => NOW),
      predictors: { current: () => Promise.resolve(trained) },
    };
    const actor = { organizationId, actor: 'k1' };
    const target = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
    const settings = { limitNanoUsd, timeZone: 'UTC', enforcement: 'enforce' } as const;
    await deps.budgets.put({ ...actor, nowMs: NOW }, target, settings);
    const { system, userId } = ada;
    const request = { system, userId, model: SONNET, inputTokens: 100, maxOutputTokens: 1_000 };
    return createReservation(deps, callOf(organizationId, NOW), request, undefined);
  }

  test('is for the model that was named, or refused, without model switching', async () => {
    const tight = 8_000_000n;
    expect(await reserve('switching', tight)).toMatchObject({ decision: 'downgrade' });
    await stored(store.db, flags.replacement('not-switching', 'model-switching', OFF));
    expect(await reserve('not-switching', tight)).toMatchObject({ kind: 'reject' });
  });

  test('is predicted by running statistics alone without the trained predictor', async () => {
    const ample = 1_000_000_000n;
    const version = async (organizationId: string) => {
      const outcome = await reserve(organizationId, ample);
      return outcome.kind === 'reserved' && outcome.entry.prediction?.predictorVersion;
    };
    expect(await version('trained')).toBe('regression-1');
    await stored(store.db, flags.replacement('untrained', 'trained-predictor', OFF));
    expect(await version('untrained')).toBe('online-2');
  });
});
