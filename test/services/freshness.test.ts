import { afterAll, beforeAll, expect, test } from 'vitest';
import { stores } from '../../composition/stores.ts';
import { createBudgetRules } from '../../services/budgets/budget-rules.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createFlags } from '../../services/flags.ts';
import { createDirectory } from '../../services/members/directory.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createDirectoryStore } from '../../tables/directory.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

type Stores = ReturnType<typeof stores>;
type Gate = <Given extends unknown[], Value>(
  load: (...given: Given) => Promise<Value>,
) => (...given: Given) => Promise<Value>;
/** A reader of what an organization has set, whose loads pass a gate. */
type Reader = (from: Stores, gate: Gate, now: () => number) => () => Promise<unknown>;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const flags: Reader = (from, gate, now) => {
  const reader = createFlags({
    flags: {
      list: gate((...given: Parameters<typeof from.flags.list>) => from.flags.list(...given)),
    },
    now,
  });
  return () => reader.current('acme');
};
const catalog: Reader = (from, gate, now) => {
  const reader = createModelCatalog({
    models: {
      list: gate((...given: Parameters<typeof from.models.list>) => from.models.list(...given)),
    },
    now,
  });
  return () => reader.current('acme');
};
const predictor: Reader = (from, gate, now) => {
  const reader = createPredictorState({
    artifacts: {
      read: gate((...given: Parameters<typeof from.artifacts.read>) =>
        from.artifacts.read(...given),
      ),
    },
    now,
  });
  return () => reader.current('acme');
};
const directory: Reader = (from, gate, now) => {
  const settings = {
    unknownUsers: gate((...given: Parameters<typeof from.organizationSettings.unknownUsers>) =>
      from.organizationSettings.unknownUsers(...given),
    ),
  };
  const reader = createDirectory({ users: createDirectoryStore(store.db), settings, now });
  return () => reader.place({ organizationId: 'acme' }, { userId: 'ada' });
};
const tags: Reader = (from, gate, now) => {
  const settings = { listedTags: gate(from.reportSettings.listedTags) };
  const reader = createBudgetRules({ settings, defaults: from.defaults, now });
  return () => reader.current('acme');
};
const defaults: Reader = (from, gate, now) => {
  const members = {
    getMany: gate((...given: Parameters<typeof from.defaults.getMany>) =>
      from.defaults.getMany(...given),
    ),
  };
  const reader = createBudgetRules({ settings: from.reportSettings, defaults: members, now });
  return () => reader.current('acme');
};

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 20));

test.each([
  ['flags', flags, SECOND_MS, 2 * SECOND_MS],
  ['listed tags', tags, SECOND_MS, 2 * SECOND_MS],
  ['defaults of members', defaults, SECOND_MS, 2 * SECOND_MS],
  ['the directory', directory, SECOND_MS, 2 * SECOND_MS],
  ['the catalog', catalog, 10 * SECOND_MS, 15 * MINUTE_MS],
  ['the predictor', predictor, 10 * SECOND_MS, 15 * MINUTE_MS],
])('%s are read again when they are no longer fresh, and awaited when stale', async (...row) => {
  const [, readerOf, freshMs, staleMs] = row;
  let nowMs = 0;
  let loads = 0;
  let opening: Promise<unknown> = Promise.resolve();
  const gate: Gate =
    (load) =>
    async (...given) => {
      loads += 1;
      const value = await load(...given);
      await opening;
      return value;
    };
  const current = readerOf(stores(store.db), gate, () => nowMs);
  /** How a request at some age is answered while the store takes its time, and what it loads. */
  async function askedAt(ageMs: number): Promise<[isWaiting: boolean, loads: number]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    opening = promise;
    const before = loads;
    nowMs += ageMs;
    let isWaiting = true;
    const answer = current().then(() => {
      isWaiting = false;
    });
    await aMoment();
    const seen: [boolean, number] = [isWaiting, loads - before];
    resolve();
    await answer;
    await aMoment();
    return seen;
  }
  await current();
  expect(await askedAt(freshMs)).toEqual([false, 0]);
  expect(await askedAt(1)).toEqual([false, 1]);
  expect(await askedAt(staleMs)).toEqual([false, 1]);
  expect(await askedAt(staleMs + 1)).toEqual([true, 1]);
});

test('departments do not repeat the reading of their organization', async () => {
  const from = stores(store.db);
  const owners: string[] = [];
  const members = {
    getMany: async (...[organizationId, refs]: Parameters<typeof from.defaults.getMany>) => {
      owners.push(...refs.map(({ owner }) => owner.scopeId));
      return from.defaults.getMany(organizationId, refs);
    },
  };
  const now = () => 0;
  const reader = createBudgetRules({ settings: from.reportSettings, defaults: members, now });
  await Promise.all(['a', 'b', 'a'].map((department) => reader.current('acme', department)));
  expect(owners.toSorted()).toEqual(['a', 'a', 'a', 'acme', 'acme', 'acme', 'b', 'b', 'b']);
});
