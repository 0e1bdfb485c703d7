import { stores } from '../../../composition/stores.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findProvider } from '@pydantic/genai-prices';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { runScript } from '../../support/run-script.ts';

let store: EmbeddedStore;
let folder: string;
beforeAll(async () => {
  store = await startEmbeddedStore();
  folder = await mkdtemp(join(tmpdir(), 'prices-'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const row = (input: string, output: string, more = '') =>
  `{"litellm_provider":"bedrock","mode":"chat","input_cost_per_token":${input},"output_cost_per_token":${output}${more}}`;

/** Correct prices, a new one, a changed one, and every known error of such lists. */
const LIST = `{
  "sample_spec": {"input_cost_per_token": 0},
  "anthropic.claude-haiku-4-5-20251001-v1:0": ${row('1e-06', '5e-06')},
  "us.anthropic.claude-haiku-4-5-20251001-v1:0": ${row('1.1e-06', '5.5e-06')},
  "maker.new-model-v1:0": ${row('3.3e-07', '1.1e-06', ',"cache_read_input_token_cost":3.3000000000000004e-08')},
  "amazon.nova-micro-v1:0": ${row('4e-08', '1.6e-07')},
  "anthropic.claude-mythos-preview": ${row('0.0', '0.0')},
  "anthropic.claude-3-5-haiku-20241022-v1:0": ${row('8e-07', '4e-06')},
  "eu.anthropic.claude-3-5-haiku-20241022-v1:0": ${row('2.5e-07', '1.25e-06')},
  "bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1": {"litellm_provider":"bedrock","mode":"chat","input_cost_per_second":0.0175},
  "stability.sd3-5-large-v1:0": {"litellm_provider":"bedrock","mode":"image_generation","output_cost_per_image":0.08}
}`;

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const withStore = (organizationId: string) =>
  `--org ${organizationId} --endpoint ${store.endpoint} --prefix ${store.tablePrefix}`.split(' ');

describe('npm run prices', () => {
  test('shows differences and suspected errors, and writes nothing', async () => {
    const path = await fileWith('list.json.gz', gzipSync(LIST));
    const { code, stdout, stderr } = await runScript('prices', [path, ...withStore('looking')]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/CHANGED amazon\.nova-micro\n +input +0\.035 +0\.04 +\+14\.3 %/);
    expect(stdout).toContain('NEW maker.new-model');
    expect(stdout).toMatch(/SUSPECT anthropic\.claude-mythos-preview\n +zero/);
    expect(stdout).toMatch(/SUSPECT anthropic\.claude-3-5-haiku\n +factor: ×0\.31/);
    expect(stdout).toMatch(/SUSPECT maker\.new-model\n +precision/);
    expect(stdout).toMatch(/provisioned throughput: .* 1$/m);
    expect(stdout).not.toMatch(/(?:NEW|CHANGED|SUSPECT) (?:anthropic\.claude-haiku|stability)/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const kept = await stores(store.db).rateCards.getMany('looking', ['amazon.nova-micro-v1:0']);
    expect(kept.size).toBe(0);
  });

  test('applies unsuspected changes as dated cards, and never replaces one', async () => {
    const path = await fileWith('apply.json', LIST);
    const args = [path, ...withStore('buying'), '--apply', '--from', '2026-12-01'];
    const first = await runScript('prices', args);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('applied for buying: 1');
    expect(first.stdout).toContain('left out: anthropic.claude-mythos-preview: suspected');
    const { rateCards } = stores(store.db);
    const { cards } = await rateCards.get('buying', 'amazon.nova-micro-v1:0');
    expect(cards).toMatchObject([
      {
        inputNanoUsdPerMillion: 40_000_000n,
        outputNanoUsdPerMillion: 160_000_000n,
        cacheReadNanoUsdPerMillion: 8_750_000n,
        batchPercent: 50,
        effectiveFromMs: Date.parse('2026-12-01T00:00:00Z'),
        source: 'litellm (apply.json)',
      },
    ]);
    expect(cards[0]?.geographic?.eu?.inputNanoUsdPerMillion).toBe(52_800_000n);
    const today = new Date().toISOString().slice(0, 10);
    expect(await stores(store.db).audit.listDay('buying', today)).toMatchObject([
      { actor: 'npm run prices', action: 'rate-card.put', target: 'amazon.nova-micro' },
    ]);

    const dearer = await fileWith('dearer.json', LIST.replace(':4e-08', ':5e-08'));
    const again = await runScript('prices', [dearer, ...args.slice(1), '--only', 'nova-micro']);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('a card of this very instant exists');
    const next = ['--apply', '--from', '2026-12-02', '--only', 'nova-micro'];
    const later = await runScript('prices', [dearer, ...withStore('buying'), ...next]);
    expect(later.code).toBe(0);
    expect((await rateCards.get('buying', 'amazon.nova-micro')).cards).toHaveLength(2);
  });

  test('applies a suspected model when told to', async () => {
    const path = await fileWith('accept.json', LIST);
    const only = ['--only', 'new-model', '--accept', 'maker.new-model-v1:0'];
    const { code } = await runScript('prices', [path, ...withStore('told'), '--apply', ...only]);
    expect(code).toBe(0);
    const { cards } = await stores(store.db).rateCards.get('told', 'maker.new-model');
    expect(cards).toMatchObject([{ cacheReadNanoUsdPerMillion: 33_000_001n }]);
  });

  test('reads genai-prices, and finds that the cards agree with it on Claude', async () => {
    const providers = [findProvider({ providerId: 'aws' })];
    const path = await fileWith('data.json', JSON.stringify(providers));
    const { code, stdout } = await runScript('prices', [path, '--only', 'anthropic.claude']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}changed +0$/m);
    expect(stdout).toMatch(/^ {2}as the cards have them +\d\d$/m);
  });

  test('compares the lists of a folder, and proposes only what two agree on', async () => {
    const lists = await mkdtemp(join(tmpdir(), 'lists-'));
    const nova = (input: string, output: string) =>
      `{"amazon.nova-micro-v1:0": ${row(input, output)}}`;
    await writeFile(join(lists, 'one.json'), nova('4e-08', '1.4e-07'));
    await writeFile(join(lists, 'two.json.gz'), gzipSync(nova('4e-08', '1.4e-07')));
    await writeFile(join(lists, 'three.json'), nova('3.5e-08', '0.0'));
    const args = ['--compare', lists, ...withStore('comparing')];
    const { code, stdout } = await runScript('prices', args);
    expect(stdout).toMatch(/^source +equal +differing +missing\none +1 +1 +0\nthree +1 +0 +1\n/);
    expect(stdout).toMatch(/CHANGED amazon\.nova-micro\n +input +0\.035 +0\.04 +\+14\.3 %\n/);
    expect(code).toBe(0);
    expect((await runScript('prices', [...args, '--apply'])).code).toBe(0);
    const { cards } = await stores(store.db).rateCards.get('comparing', 'amazon.nova-micro');
    expect(cards).toMatchObject([
      { inputNanoUsdPerMillion: 40_000_000n, source: 'agreement of one, two' },
    ]);
    await rm(lists, { recursive: true });
  });

  test('reads an offer of the AWS Price List', async () => {
    const product = (kind: string) => ({
      attributes: { regionCode: 'us-east-1', model: 'Nova Micro', inferenceType: kind },
    });
    const term = (price: string) => ({
      x: { priceDimensions: { y: { unit: '1K tokens', pricePerUnit: { USD: price } } } },
    });
    const offer = {
      products: { A: product('Input tokens'), B: product('Output tokens') },
      terms: { OnDemand: { A: term('0.0000350000'), B: term('0.0001500000') } },
    };
    const path = await fileWith('offer.json', JSON.stringify(offer));
    const { code, stdout } = await runScript('prices', [path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/CHANGED amazon\.nova-micro\n +output +0\.14 +0\.15 +\+7\.1 %\n/);
  });

  test.each<[string[], number, string]>([
    [[], 2, 'Give one price list, or --compare.'],
    [['a.json', '--apply'], 2, '--apply needs --org.'],
    [['a.json', '--format', 'csv'], 2, '--format must be litellm'],
    [['a.json', '--from', 'soon'], 2, '--from must be a day'],
    [['/nowhere/a.json'], 1, 'cannot be read'],
    [['--compare', '/nowhere'], 1, 'cannot be read'],
    [['--compare', '/nowhere', 'a.json'], 2, 'Give one price list, or --compare'],
  ])('refuses %j', async (args, exitCode, message) => {
    const { code, stderr } = await runScript('prices', args);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
  });

  test.each(['[1', '{"a":1}', '7'])('refuses a file that holds %s', async (content) => {
    const { code, stderr } = await runScript('prices', [await fileWith('wrong.json', content)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no JSON|none of the formats/);
  });

  test('shows its help in 80 columns', async () => {
    const { code, stdout } = await runScript('prices', ['--help']);
    expect(code).toBe(0);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
