import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECISION_PATH, type PathKey, tableUnits } from '../../../lab/hot-budget/decision-path.ts';
import { loadOf, perPartition, verdictOn } from '../../../lab/hot-budget/heat.ts';
import { configFor } from '../../../lib/config.ts';
import { isHeld, pathText, placeOf } from '../../../lab/hot-budget/path-report.ts';
import { TABLE_NAMES } from '../../../tables/definitions.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import type { Touch } from '../../support/recording-store.ts';
import { touchedKeys } from './touched-keys.ts';

/** What an on-demand table takes when it is created. */
const NEW_TABLE = { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000 };

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** `reservation#<minute>#<shard>` matches three parts, of which the first is fixed. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/#<lane>$/g, '(#\\d+)?')
      .replaceAll(/<shared>/g, '(?!user)[^#]+')
      .replaceAll(/<[^>]+>/g, '[^#]+')}$`,
  ).test(text);

const isOf =
  ({ table, partition, sort }: PathKey) =>
  (touch: Touch): boolean =>
    table === touch.table &&
    matches(partition, touch.partition) &&
    (sort === undefined || matches(sort, touch.sort ?? ''));

/** The first of the keys that a touch is of. Those with a sort key say more. */
const keyOf = (touch: Touch): PathKey | undefined =>
  DECISION_PATH.toSorted(
    (a, b) => Number(a.sort === undefined) - Number(b.sort === undefined),
  ).find((key) => isOf(key)(touch));

describe('the path of a decision', () => {
  it.each(['escrow', 'exact'] as const)(
    'is what a pair of reserve and settle and its followers touch: %s',
    async (mode) => {
      const touches = await touchedKeys(store.db, mode);
      const unlisted = touches.filter((touch) => keyOf(touch) === undefined);
      expect(unlisted).toEqual([]);
      if (mode === 'exact') return;
      const untouched = DECISION_PATH.filter(
        (key) => !key.isOptional && !touches.some((touch) => keyOf(touch) === key),
      );
      expect(untouched.map(placeOf)).toEqual([]);
    },
  );

  it('has reads and writes where the code reads and writes', async () => {
    const touches = await touchedKeys(store.db, 'escrow');
    for (const key of DECISION_PATH.filter(({ isOptional }) => !isOptional)) {
      const { reads, writes } = perPartition(key.heat(loadOf(5_000)));
      const own = touches.filter((touch) => keyOf(touch) === key);
      if (own.some(({ kind }) => kind === 'write')) expect(writes, placeOf(key)).toBeGreaterThan(0);
      else expect(reads, placeOf(key)).toBeGreaterThan(0);
    }
  });

  it('holds at a large rate by the rules, and at a small one without them', () => {
    const tooHot = DECISION_PATH.filter(
      ({ heat, before = heat }) => verdictOn(before(loadOf(5_000))) === 'too hot',
    );
    expect(tooHot.length).toBeGreaterThan(3);
    for (const { heat, before = heat } of DECISION_PATH) {
      expect(verdictOn(before(loadOf(100)))).not.toBe('too hot');
      expect(verdictOn(heat(loadOf(100)))).toBe('holds');
    }
    expect(isHeld(loadOf(5_000))).toBe(true);
    expect(isHeld(loadOf(1_000_000))).toBe(false);
  });

  it.each(TABLE_NAMES)('has warm throughput in prod: %s', (table) => {
    const { throttle, warmThroughput } = configFor('prod');
    const { reads, writes } = tableUnits(table, loadOf(throttle.requestsPerSecond));
    const { readUnitsPerSecond, writeUnitsPerSecond } = warmThroughput[table] ?? NEW_TABLE;
    expect(reads).toBeLessThanOrEqual(readUnitsPerSecond);
    expect(writes).toBeLessThanOrEqual(writeUnitsPerSecond);
  });

  it('is shown in 90 columns', () => {
    const lines = pathText(loadOf(5_000)).split('\n');
    expect(lines.filter((line) => line.length > 90)).toEqual([]);
  });
});
