import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DamagedItemError, type ItemCodec } from '../../tables/codec/item-codec.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { Attribute, Item } from '../../tables/dynamodb.ts';
import { storedItem } from '../simulation/stored-values.ts';
import { OLDER_ITEMS, STORED_ITEMS } from './stored-items.ts';

/** Hashes of the stored shapes, including their tables' keys and indexes. */
const SHAPES: Record<string, string> = {
  'alert-deliveries/held alert': 'b67a6294daff',
  'alert-deliveries/pending event': '3583ca4a1b00',
  'alerting-config/preferences': '5602abab52c1',
  'analytics-cache/counts': 'b58d3b95f0db',
  'analytics-cache/late changes': '034002f5e6bb',
  'analytics-cache/result': '4bf3acd164a4',
  'api-keys/admin keys': '0b53474fe159',
  'api-keys/key': 'a4d935684ce5',
  'api-keys/text of a key': '860965886c75',
  'api-keys/use of a text': 'bbbce8e20f10',
  'audit-log/any': 'd443c038b3a0',
  'audit-log/entry': '1abaff4d7066',
  'audit-log/head': '17a4d8564723',
  'auto-control-config/control changes': 'b48ff933b077',
  'auto-control-config/controls': '50e3ef4aae2d',
  'benchmarks/profile': 'e4cb91a36c6f',
  'control-actions/action': 'e167f24508ae',
  'cost-monitoring/snapshot of a run': '9427bacd58dc',
  'cost-monitoring/snapshot of an organization': '4a74af8aa5f4',
  'cost-monitoring/watched until': 'f375f375814f',
  'cost-thresholds/levels': 'adc5f8b329d4',
  'directory/user': '5b9e67d92d49',
  'display-names/display name': '3495cf11d104',
  'endpoint-health/breaker': '09b25f31cdd6',
  'endpoint-health/counts': 'c6db0027973e',
  'feature-flags/flag': '975e135306c3',
  'ledger/any': '9e05b0de9194',
  'ledger/balance': '26c2bc3f3997',
  'ledger/budgets': '492b7655bd4c',
  'ledger/checkpoint of the check': 'a8b210ce4cec',
  'ledger/claim': 'ccf1ebfb483d',
  'ledger/conduct': '821ca9cfb88f',
  'ledger/due change': '31957d7aa7f3',
  'ledger/entry': 'f8a5abf7302c',
  'ledger/opaque key': '452a42a2372d',
  'ledger/override request': '0060f39f936f',
  'ledger/override requests of an hour': '022bbf13a4f6',
  'ledger/own hold': 'fc9cbb1abc5d',
  'ledger/part of a proof': '7b88165e986d',
  'ledger/prompt key': '279aa2192f9a',
  'ledger/proof': 'c3adb385c4e2',
  'ledger/running sum': '7a752a4b214a',
  'ledger/sweep': 'd86a8c4822c0',
  'ledger/wallet': '9738de25fa08',
  'member-defaults/defaults': '4eb1a7546134',
  'models/model': '0b0980ed694c',
  'organization-settings/advice': '8c4f4754ff55',
  'organization-settings/budget census': 'cdcea2704e98',
  'organization-settings/caching': '436f9920d337',
  'organization-settings/cost basis': 'a92148cf3a53',
  'organization-settings/directory': '6d19b8504ef9',
  'organization-settings/naming': '3c5718ceb21e',
  'organization-settings/price updates': 'de4825ee22ed',
  'organization-settings/routing': '93fab0cf2568',
  'organization-settings/time': '5004b55a2f38',
  'performance-metrics/summary': 'c30cb75c678d',
  'performance-metrics/systems': '264c12642e0e',
  'predictor-artifacts/model': '4bf3645c45c9',
  'predictor-artifacts/promotion': '53a5045ebbf1',
  'predictor-artifacts/route': '9b463e05a4c7',
  'predictor-artifacts/route statistics': 'ea894e594991',
  'prompt-templates/deleted versions': 'ae75948089bd',
  'prompt-templates/template': '886d046d0c13',
  'providers/provider': 'e2a7f3853c75',
  'quotas/bucket': '32621319327d',
  'rate-cards/rate cards': 'bf8cf9400094',
  'jobs/batch': '24bdb019da5d',
  'jobs/job': 'b3fc20e37eae',
  'jobs/key': '10b04eba4546',
  'jobs/work': 'c29a552191d5',
  'recommendations/advice': '26ff6ac23d39',
  'recommendations/run': 'c5b5d0ab1f32',
  'report-exports/export': '2d2beac9ae48',
  'report-settings/allocation': 'decce938cab6',
  'report-settings/tags': '73886ce3389a',
  'report-subscriptions/due subscription': 'eab7af42df95',
  'report-subscriptions/subscription': 'da34edae3a40',
  'response-cache/answer': 'c8449cde64ed',
  'response-cache/counts': 'c6d701bf18d6',
  'response-cache/invalidations': '4afee4d50c10',
  'response-cache/lease': 'd6c1f2f199d9',
  'suspense-items/suspense item': '6eca60f71851',
  'threshold-breaches/breach': 'a40f70648bc4',
  'token-analytics/sum': '9173018ab18a',
  'token-usage/usage record': '72d6ed17c241',
  'usage-patterns/new spenders': '2124b5b87de3',
  'usage-patterns/pattern history': '9ba137161f46',
  'usage-samples/usage sample': 'dd8d12677836',
};

const WHAT_TO_DO = `A stored shape changed. Items of the old shape stay in the tables, so:
1. Make sure that the codec still reads them: new attributes are optional or have a default, names stay.
2. In test/tables/stored-items.json move the old example to "older", and add one of the new shape.
3. Put the new hash into SHAPES in this file.`;

/** The audit log check reads anything, so that it can report alterations. */
const READS_ANYTHING = ['audit-log/entry', 'audit-log/head'];

/** Attributes that are written with the keys and only read by a codec. */
const READ_ONLY: Record<string, readonly string[]> = {
  'ledger/entry': ['dva'],
  'rate-cards/rate cards': ['sk'],
};

const ROOT = join(import.meta.dirname, '../..');
const codecs = await allCodecs();

describe('stored shapes', () => {
  it('change only by decision', () => {
    const shapes = Object.fromEntries(codecs.map((codec) => [nameOf(codec), hashOf(codec)]));
    expect(shapes, WHAT_TO_DO).toEqual(SHAPES);
  });

  it('have an example each', () => {
    expect(codecs.map(nameOf)).toEqual(Object.keys(STORED_ITEMS).toSorted());
  });

  it.each(codecs.map((codec) => [nameOf(codec), codec] as const))(
    'of %s are written as they are read',
    (name, codec) => {
      const item = STORED_ITEMS[name] ?? {};
      const written = attributesOf(codec).filter(
        (attribute) => !READ_ONLY[name]?.includes(attribute),
      );
      const own = Object.entries(item).filter(([attribute]) => written.includes(attribute));
      expect(storedItem(encodedAgain(codec, item))).toEqual(Object.fromEntries(own));
    },
  );

  it.each(OLDER_ITEMS)('of older items of %s are still read', (name, item) => {
    const codec = codecs.find((candidate) => nameOf(candidate) === name);
    expect(() => codec?.decode(item)).not.toThrow();
    expect(codec).toBeDefined();
  });

  it.each(codecs.map((codec) => [nameOf(codec), codec] as const))(
    'of %s are damaged where an attribute is missing or of another type',
    (name, codec) => {
      if (READS_ANYTHING.includes(name)) return;
      const item = STORED_ITEMS[name] ?? {};
      for (const attribute of requiredOf(codec)) {
        expect(() => codec.decode(without(item, attribute)), attribute).toThrow(
          new RegExp(`^Item .* of table ${codec.table} is damaged: ${attribute}.* is missing`),
        );
      }
      for (const attribute of attributesOf(codec)) {
        if (takesAnything(codec, attribute)) continue;
        const other: Attribute = isSet(codec, attribute) ? 'other' : new Set(['other']);
        expect(() => codec.decode({ ...item, [attribute]: other }), attribute).toThrow(
          DamagedItemError,
        );
      }
    },
  );
});

function nameOf({ table, kind }: ItemCodec): string {
  return `${table}/${kind}`;
}

/** Every codec exported from `tables/`; a codec that is not exported fails the test. */
async function allCodecs(): Promise<ItemCodec[]> {
  const files = globSync('tables/**/*.ts', { cwd: ROOT });
  const modules: object[] = await Promise.all(files.map((file) => import(join(ROOT, file))));
  const exported = modules.flatMap((module) => Object.values(module).filter(isCodec));
  const made = files.flatMap((file) =>
    file.endsWith('/item-codec.ts')
      ? []
      : [...readFileSync(join(ROOT, file), 'utf8').matchAll(/= itemCodec\(/g)],
  );
  if (made.length !== exported.length) throw new Error('a codec of tables/ is not exported');
  return exported.toSorted((left, other) => (nameOf(left) < nameOf(other) ? -1 : 1));
}

function isCodec(value: unknown): value is ItemCodec {
  return typeof value === 'object' && value !== null && 'kind' in value && 'shape' in value;
}

function hashOf({ table, shape }: ItemCodec): string {
  const { partitionKey, sortKey, indexes, timeToLiveAttribute } =
    Object.values(TABLE_DEFINITIONS).find(({ name }) => name === table) ?? {};
  const stored = { partitionKey, sortKey, indexes, timeToLiveAttribute, shape };
  return createHash('sha256').update(sorted(stored)).digest('hex').slice(0, 12);
}

/** JSON with sorted attributes, so that their order in the code does not matter. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const shapeOf = ({ shape }: ItemCodec): [attribute: string, shape: unknown][] =>
  typeof shape === 'string' || Array.isArray(shape) ? [] : Object.entries(shape);

const attributesOf = (codec: ItemCodec): string[] =>
  shapeOf(codec).map(([attribute]) => attribute.replace('?', ''));

const requiredOf = (codec: ItemCodec): string[] =>
  attributesOf(codec).filter((name) => shapeOf(codec).some(([attribute]) => attribute === name));

const takesAnything = (codec: ItemCodec, name: string): boolean =>
  shapeOf(codec).some(
    ([attribute, shape]) => attribute.replace('?', '') === name && shape === 'plain data',
  );

const isSet = (codec: ItemCodec, name: string): boolean =>
  shapeOf(codec).some(([attribute, shape]) => attribute === name && shape === 'set of texts');

const encodedAgain = (codec: ItemCodec, item: Item): Item =>
  codec.encode(codec.decode(item) as never);

const without = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([attribute]) => attribute !== name));
