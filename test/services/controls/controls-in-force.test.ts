import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { applyManually } from '../../../domain/controls/control.ts';
import { type ScopeRef, scopesOf } from '../../../domain/scopes.ts';
import { createControlsReader } from '../../../services/controls/controls-in-force.ts';
import { changeControl } from '../../../services/controls/change-control.ts';
import { stores } from '../../../composition/stores.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';

let store: EmbeddedStore;
let organizationId = '';
let organizations = 0;
let nowMs = NOON;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `controlled-${(organizations += 1)}`;
  nowMs = NOON;
});
afterAll(() => store.close());

const user = (scopeId: string) => ({ scope: 'user', scopeId }) as const;
const ada = user('ada');

const services = () => stores(store.db, { telemetry: silentTelemetry() });

/** Disables a scope, or takes the control off it. */
async function change(target: ScopeRef, action: 'disable' | 'none' = 'disable'): Promise<void> {
  const given = {
    ...target,
    restriction: { action: 'disable' },
    reason: 'test',
    actor: 'me',
  } as const;
  const asked = { organizationId, target, by: 'me', nowMs };
  const deps = { ...services(), telemetry: silentTelemetry() };
  await changeControl(deps, asked, ({ state }) => {
    const applied = applyManually(state, given, nowMs);
    return action === 'disable' ? applied : { ...applied, change: 'reversed', next: {} };
  });
}

const readerOf = (controls = services().controls) => createControlsReader(controls, () => nowMs);

/** The read units of some reads. */
async function unitsOf(work: () => Promise<unknown>): Promise<number> {
  store.takeConsumed();
  await work();
  return store.takeConsumed().readUnits;
}

describe('controls in force', () => {
  test('cost one small read in two seconds, however many scopes ask', async () => {
    await change(user('eve'));
    const read = readerOf();
    await read.inForce(organizationId, [ada]);
    nowMs += 2_000;
    const scopes = Array.from({ length: 50 }, (_, at) => user(`user-${at}`));
    const units = await unitsOf(() =>
      Promise.all(scopes.map((scope) => read.inForce(organizationId, [scope]))),
    );
    expect(units).toBe(1);
    expect(await unitsOf(() => read.inForce(organizationId, scopes))).toBe(0);
  });

  test('of a request are its scopes alone, in their order', async () => {
    const request = { organizationId, userId: 'ada', system: 'relaycore', model: 'm' };
    const scopes = scopesOf(request);
    for (const scope of scopes) await change(scope);
    await change(user('eve'));
    const inForce = await readerOf().inForce(organizationId, scopes);
    expect(inForce).toMatchObject(scopes);
    expect(inForce).toHaveLength(scopes.length);
  });

  test('are followed within two seconds, when they begin and when they end', async () => {
    const read = readerOf();
    const isDisabled = async () => (await read.inForce(organizationId, [ada])).length > 0;
    expect(await isDisabled()).toBe(false);
    await change(ada);
    nowMs += 1_999;
    expect(await isDisabled()).toBe(false);
    nowMs += 1;
    expect(await isDisabled()).toBe(true);
    await change(ada, 'none');
    nowMs += 2_000;
    expect(await isDisabled()).toBe(false);
  });

  test('are all read again if more changed than are noted', async () => {
    const read = readerOf();
    await read.inForce(organizationId, [ada]);
    const long = (at: number) => user(`${at}-${'x'.repeat(120)}`);
    await change(ada);
    for (let at = 0; at < 30; at += 1) await change(long(at));
    const { version, scopes } = await services().controls.lastChanges(organizationId);
    expect(version).toBe(31);
    expect(scopes.length).toBeLessThan(31);
    expect(scopes.at(-1)).toEqual(long(29));
    nowMs += 2_000;
    expect(await read.inForce(organizationId, [ada, long(0), long(29)])).toHaveLength(3);
  });

  test('that were stored before changes were noted are in force', async () => {
    await change(ada);
    const key = { pk: `${organizationId}#changes`, sk: 'latest' };
    await store.db.write({ kind: 'delete', table: 'auto-control-config', key });
    const read = readerOf();
    expect(await read.inForce(organizationId, [ada])).toHaveLength(1);
    await change(user('eve'));
    nowMs += 2_000;
    expect(await read.inForce(organizationId, [ada, user('eve')])).toHaveLength(2);
  });

  test('that change while they are read are read again', async () => {
    const { controls } = services();
    let during = async (): Promise<void> => undefined;
    const read = readerOf({
      ...controls,
      async getMany(...args) {
        const stored = await controls.getMany(...args);
        await during();
        return stored;
      },
    });
    await read.inForce(organizationId, [ada]);
    await change(ada);
    nowMs += 2_000;
    during = async () => {
      during = async () => undefined;
      await change(ada, 'none');
      nowMs += 2_000;
      await read.inForce(organizationId, [user('eve')]);
    };
    expect(await read.inForce(organizationId, [ada])).toHaveLength(1);
    expect(await read.inForce(organizationId, [ada])).toEqual([]);
  });

  test.each(['lastChanges', 'listByOrganization', 'getMany'] as const)(
    'that cannot be read are not guessed: %s',
    async (name) => {
      const { controls } = services();
      const failing = { ...controls };
      const read = readerOf(failing);
      if (name === 'getMany') await read.inForce(organizationId, [ada]);
      Object.assign(failing, { [name]: () => Promise.reject(new Error('x')) });
      await change(ada);
      nowMs += 2_000;
      await expect(read.inForce(organizationId, [ada])).rejects.toThrow('x');
      Object.assign(failing, controls);
      expect(await read.inForce(organizationId, [ada])).toHaveLength(1);
    },
  );
});
