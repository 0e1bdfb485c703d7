import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createPriceList } from '../../aws/price-list.ts';
import { priceServices } from '../../composition/catalog.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createHandler } from '../../lambdas/propose-prices/handler.ts';
import { type ControlService, startControlService } from '../../local/control/control-service.ts';
import { createGetProducts } from '../../local/control/get-products.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { awsOffer, novaLite, type OfferedPrice } from '../support/aws-offer.ts';
import { deployedDesk } from '../support/deployed-desk.ts';
import { postingWith } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const MODEL = 'amazon.nova-lite';
const CARD = 'PUT /v1/rate-cards/{model}';
const SETTING = 'PUT /v1/settings/prices';
/** As on the built-in card: 0.06 and 0.24 USD per million. */
const SAME = novaLite('0.00006', '0.00024');
const DEARER = novaLite('0.00007', '0.00024');
const CHEAPER = novaLite('0.00006', '0.0002');

const desk = deployedDesk();
const folder = mkdtempSync(join(tmpdir(), 'purser-prices-'));
const telemetry = silentTelemetry();
let control: ControlService;
let organizationId = '';
let organizations = 0;
let published: Alert[] = [];
let refusedOrganization: string | undefined;

beforeAll(async () => {
  control = await startControlService();
  control.serve(new Map([['AWSPriceListService.GetProducts', createGetProducts(folder)]]));
});
afterAll(async () => {
  await control.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  published = [];
  organizationId = `prices-${(organizations += 1)}`;
  await spend(organizationId);
});

/** Makes an organization active. */
async function spend(by: string): Promise<void> {
  const posting = postingWith({ organizationId: by, occurredAtMs: Date.now() });
  await createTokenUsageStore(desk.store().db, ONE_SHARD).record([posting], 400, Date.now());
}

const offer = (prices: OfferedPrice[]): void =>
  writeFileSync(join(folder, 'bedrock.json'), JSON.stringify(awsOffer(prices)));

const run = (): Promise<void> =>
  createHandler({
    now: Date.now,
    ...priceServices(desk.store().db, {
      telemetry,
      entryShards: [],
      priceList: createPriceList({ ...localEndpoint(control.endpoint), maxAttempts: 1 }),
      alerts: {
        async publish(alert) {
          if (alert.organizationId === refusedOrganization) throw new Error('the queue is full');
          published.push(alert);
        },
      },
    }),
  })();

/** Alerts of this test's organization. Others were active today, too. */
async function alertsOf(prices: OfferedPrice[]): Promise<Alert[]> {
  offer(prices);
  published = [];
  await run();
  return published.filter((alert) => alert.organizationId === organizationId && !alert.isEnd);
}

const ask = (routeKey: string, request: object = {}) =>
  desk.ok(routeKey, { organizationId, ...request });
const setUpdates = (updates: string) => ask(SETTING, { body: { updates } });

const currentCard = async (model = MODEL) =>
  (await ask('GET /v1/rate-cards/{model}', { params: { model } })).json['current'] as Record<
    string,
    unknown
  >;

const INSTRUCTION = /^ {2}PUT \/v1\/rate-cards\/(\S+) (\{.*\})$/gm;

/** Sends every request that a message tells people to send. */
async function follow({ body }: Alert): Promise<number> {
  const instructions = [...body.matchAll(INSTRUCTION)];
  for (const [, model = '', text = ''] of instructions) {
    await ask(CARD, {
      params: { model: decodeURIComponent(model) },
      body: JSON.parse(text) as unknown,
    });
  }
  return instructions.length;
}

describe('a price that differs in the list of AWS', () => {
  test('is told once per set of changes, in words, and changes no card', async () => {
    expect((await ask('GET /v1/settings/prices')).json).toEqual({ updates: 'propose' });
    expect(await alertsOf(SAME)).toEqual([]);
    expect(published.map(({ isEnd }) => isEnd)).toContain(true);
    telemetry.metrics.length = 0;
    const [alert, ...more] = await alertsOf(DEARER);
    expect(more).toEqual([]);
    // It waits, so the incident that it opened goes on.
    expect(published.filter(({ isEnd }) => isEnd)).toEqual([]);
    expect(telemetry.metrics).toEqual([
      { name: 'PriceChanges', value: 1, dimensions: { State: 'proposed' } },
      { name: 'PriceChanges', value: 0, dimensions: { State: 'applied' } },
    ]);
    expect(alert).toMatchObject({
      kind: 'prices_changed',
      severity: 'warning',
      scope: 'organization',
      scopeId: organizationId,
      subject: `To decide: AWS lists other prices for 1 model of ${organizationId}, 1 waiting for you`,
      attributes: { applied: '0', waiting: '1', models: MODEL },
    });
    expect(alert?.body).toContain(
      `\n${MODEL}\n  input:  0.06 → 0.07 USD per million tokens\n  ca input:  0.064 → `,
    );
    expect(alert?.body).toMatch(/\n {2}Card: {2}\S.*\n {2}List: {2}AWS Price List API, 20\d\d-/);
    expect((await currentCard())['origin']).toBe('built-in');

    const [again] = await alertsOf(DEARER);
    expect(again?.dedupKey).toBe(alert?.dedupKey);
    const [other] = await alertsOf(novaLite('0.00007', '0.00025'));
    expect(other?.dedupKey).not.toBe(alert?.dedupKey);
  });

  test('is solved by what the message says, at the first try', async () => {
    for (const prices of [DEARER, CHEAPER, novaLite('0.000071', '0.0003')]) {
      const [alert] = await alertsOf(prices);
      if (!alert) throw new Error('nobody was told');
      expect(await follow(alert)).toBe(1);
      expect(await alertsOf(prices)).toEqual([]);
    }
    expect(await currentCard()).toMatchObject({
      origin: 'organization',
      source: 'AWS Price List API',
      inputUsdPerMillion: '0.071000000',
      outputUsdPerMillion: '0.300000000',
      knownRegions: ['us-east-1', 'us-east-2', 'us-west-2'],
    });
  });

  test('offers a card that keeps everything else of the present one', async () => {
    const model = 'openai.gpt-5.6-sol';
    const before = await currentCard(model);
    const [alert] = await alertsOf([
      { model: 'GPT-5.6 Sol', kind: 'Output tokens', usd: '0.021' },
      { model: 'GPT-5.6 Sol', kind: 'Input tokens', usd: '0.0045' },
    ]);
    if (!alert) throw new Error('nobody was told');
    expect(await follow(alert)).toBe(1);
    const after = await currentCard(model);
    const kept = ['knownRegions', 'inputIncludesCache', 'batchPercent', 'priorityPercent'];
    for (const name of kept) expect(after[name], name).toEqual(before[name]);
    const placesOf = (card: object) =>
      Object.keys((card as { geographic?: object }).geographic ?? {});
    expect(placesOf(after).toSorted()).toEqual(placesOf(before).toSorted());
    expect(after['servedIn']).toBe(before['servedIn']);
    expect(after['servedIn']).toBeDefined();
  });

  test('is not told where the organization has said so, or set a price of its own', async () => {
    await setUpdates('off');
    expect(await alertsOf(DEARER)).toEqual([]);
    await setUpdates('apply');
    const negotiated = {
      inputUsdPerMillion: '0.05',
      outputUsdPerMillion: '0.2',
      source: 'contract',
    };
    await ask(CARD, { params: { model: MODEL }, body: negotiated });
    expect(await alertsOf(DEARER)).toEqual([]);
    expect((await currentCard())['source']).toBe('contract');
  });
});

describe('where an organization lets Purser apply prices', () => {
  test('an increase becomes its card, with its source and an entry in the audit log', async () => {
    await setUpdates('apply');
    telemetry.metrics.length = 0;
    const [alert] = await alertsOf(DEARER);
    expect(alert?.attributes).toMatchObject({ applied: '1', waiting: '0' });
    expect(telemetry.metrics).toContainEqual({
      name: 'PriceChanges',
      value: 1,
      dimensions: { State: 'applied' },
    });
    expect(alert?.body).toContain('  Applied from 20');
    expect(await currentCard()).toMatchObject({
      origin: 'organization',
      source: 'AWS Price List API',
      inputUsdPerMillion: '0.070000000',
      cacheReadUsdPerMillion: '0.015000000',
    });
    const { json } = await ask('GET /v1/audit', { query: { action: 'rate-card.put' } });
    expect(json['items']).toMatchObject([{ actor: 'automatic', target: MODEL }]);
    expect(await alertsOf(DEARER)).toEqual([]);
  });

  test.each<[string, OfferedPrice[], string | undefined]>([
    ['lower', CHEAPER, undefined],
    ['0', novaLite('0', '0.0003'), 'Suspected:  text costs nothing'],
    ['a thousand times as high', novaLite('0.06', '0.24'), 'Suspected:  more than 3 times'],
    [
      'per thousand times as low',
      novaLite('0.00000006', '0.0003'),
      'Suspected:  more than 3 times',
    ],
  ])('a price that is %s waits for a person', async (_, prices, suspicion) => {
    await setUpdates('apply');
    const [alert] = await alertsOf(prices);
    expect(alert?.attributes).toMatchObject({ applied: '0', waiting: '1' });
    if (suspicion !== undefined) expect(alert?.body).toContain(suspicion);
    expect((await currentCard())['origin']).toBe('built-in');
  });

  test('a region whose price was a guess from above waits for a person', async () => {
    await setUpdates('apply');
    const model = 'zai.glm-5';
    const [alert] = await alertsOf([
      { model: 'GLM-5', kind: 'Input tokens', region: 'ap-east-1', usd: '0.0011' },
      { model: 'GLM-5', kind: 'Output tokens', region: 'ap-east-1', usd: '0.0035' },
    ]);
    expect(alert?.attributes).toMatchObject({ applied: '0', waiting: '1', models: model });
  });

  test('a model that the list lacks keeps its card', async () => {
    await setUpdates('apply');
    expect(await alertsOf([{ model: 'Nova Imaginary', kind: 'Input tokens', usd: '1' }])).toEqual(
      [],
    );
    expect((await currentCard())['origin']).toBe('built-in');
  });
});

describe('a run', () => {
  test('that fails for one organization serves the others, and fails', async () => {
    refusedOrganization = `${organizationId}-refused`;
    await spend(refusedOrganization);
    offer(DEARER);
    await expect(run()).rejects.toThrow('the prices of 1 organizations failed');
    expect(published.map((alert) => alert.organizationId)).toContain(organizationId);
    refusedOrganization = undefined;
  });

  test('on an empty list proposes nothing, and says so in the log', async () => {
    expect(await alertsOf([])).toEqual([]);
    expect(telemetry.lines).toContainEqual({ level: 'warn', code: 'PRICE_LIST_EMPTY', facts: {} });
  });
});
