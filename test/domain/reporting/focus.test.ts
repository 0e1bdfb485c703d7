import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../../domain/catalog/model.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import type { DisplayNames } from '../../../domain/naming/display-name.ts';
import { parseUsd } from '../../../domain/money.ts';
import { modelStem } from '../../../domain/pricing/model-id.ts';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { chargesOfPosting } from '../../../domain/reporting/focus-charge.ts';
import { focusSellerOf } from '../../../domain/reporting/focus-seller.ts';
import { focusHeader, focusLine } from '../../../domain/reporting/focus.ts';
import { BILLED_UNIT_NAMES, NO_TOKENS, type TokenUsage } from '../../../domain/token-usage.ts';
import { csvRowsOf } from '../../support/csv-rows.ts';
import { brokenRules, FOCUS_RULES } from '../../support/focus-rules.ts';
import { arbitraryPostings, postingWith } from '../../support/postings.ts';

const at = (text: string): number => Date.parse(text);
const catalog = createCatalog();
const sellerOf = (model: string) => focusSellerOf(model, { organizationId: 'acme', catalog });

/** The rows of postings, which break no rule and bill exactly what the postings booked. */
function rowsOf(
  posting: Posting,
  ownCards: RateCard[] = [],
  nameOf: DisplayNames = () => undefined,
): Record<string, string>[] {
  const seller = sellerOf(posting.model);
  const charges = chargesOfPosting(posting, { ownCards, seller, nameOf });
  const rows = csvRowsOf(focusHeader() + charges.map(focusLine).join(''));
  expect(brokenRules(rows)).toEqual([]);
  expect(billedBy(rows)).toBe(posting.amountNanoUsd);
  return rows;
}

const billedBy = (rows: readonly Record<string, string>[]): bigint =>
  rows.reduce((sum, row) => sum + (parseUsd(row['BilledCost'] ?? '') ?? expect.fail()), 0n);

const columns = (rows: readonly Record<string, string>[], names: readonly string[]) =>
  rows.map((row) => names.map((name) => row[name]));

const MODEL = 'anthropic.claude-sonnet-4-6';
const usageOf = (counts: Partial<TokenUsage>): TokenUsage => ({ ...NO_TOKENS, ...counts });
const use = (counts: Partial<TokenUsage>, facts: Partial<Posting> = {}): Posting =>
  postingWith({ model: MODEL, usage: usageOf(counts), ...facts });

describe('the rules of FOCUS 1.2', () => {
  const [good = {}] = rowsOf(use({ inputTokens: 10 }, { region: 'eu-west-1', tags: { a: 'b' } }));

  test.each(FOCUS_RULES.map((rule) => [rule.id, rule] as const))(
    '%s is seen when it is broken',
    (_, { violations, broken }) => {
      expect(violations([good])).toEqual([]);
      expect(violations(broken(good))).not.toEqual([]);
    },
  );

  test('have an id each', () => {
    const ids = FOCUS_RULES.map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
  });

  test('hold for any posting, whose rows add up to it', () => {
    const counts = fc.dictionary(
      fc.constantFrom('inputTokens', 'cacheWriteOneHourTokens', ...BILLED_UNIT_NAMES),
      fc.integer({ min: 0, max: 2_000_000 }),
      { maxKeys: 4 },
    );
    const facts = fc.record({
      model: fc.constantFrom(MODEL, 'eu.amazon.nova-lite-v1:0', 'stability.sd3-large', 'ours'),
      presumedNanoUsd: fc.constantFrom(undefined, 0n, 5n, 10n ** 9n),
      pricedNanoUsd: fc.constantFrom(undefined, 0n, 77n),
    });
    const postings = arbitraryPostings({ maxLength: 1 }).filter(([posting]) => Boolean(posting));
    fc.assert(
      fc.property(postings, counts, facts, ([posting], usage, more) => {
        const { cacheWriteOneHourTokens = 0 } = usage;
        const all = { ...usage, cacheWriteTokens: cacheWriteOneHourTokens };
        rowsOf(postingWith({ ...posting, ...more, usage: usageOf(all) }));
      }),
      { numRuns: 300 },
    );
  });
});

describe('one row for each meter', () => {
  const METER = ['SkuMeter', 'ConsumedQuantity', 'ConsumedUnit', 'PricingQuantity', 'PricingUnit'];

  test('of tokens', () => {
    const rows = rowsOf(
      use(
        {
          inputTokens: 1_234,
          outputTokens: 500_000,
          cacheReadTokens: 7,
          cacheWriteTokens: 30,
          cacheWriteOneHourTokens: 10,
        },
        { amountNanoUsd: 7_503_702_000n + 2_100n + 75_000n + 60_000n },
      ),
    );
    expect(columns(rows, METER)).toEqual([
      ['Input Tokens', '1234', 'Tokens', '0.001234', '1000000 Tokens'],
      ['Output Tokens', '500000', 'Tokens', '0.5', '1000000 Tokens'],
      ['Cache Read Tokens', '7', 'Tokens', '0.000007', '1000000 Tokens'],
      ['Five-Minute Cache Write Tokens', '20', 'Tokens', '0.00002', '1000000 Tokens'],
      ['One-Hour Cache Write Tokens', '10', 'Tokens', '0.00001', '1000000 Tokens'],
    ]);
    expect(columns(rows, ['ListUnitPrice', 'ListCost', 'BilledCost'])).toEqual([
      ['3', '0.003702', '0.003702000'],
      ['15', '7.5', '7.500000000'],
      ['0.3', '0.0000021', '0.000002100'],
      ['3.75', '0.000075', '0.000075000'],
      ['6', '0.00006', '0.000060000'],
    ]);
    expect(rows.map((row) => row['x_Requests'])).toEqual(['1', '0', '0', '0', '0']);
    expect(rows[0]).toMatchObject({
      SkuId: 'anthropic.claude-sonnet-4-6/input-tokens',
      SkuPriceId: 'anthropic.claude-sonnet-4-6/input-tokens',
      SkuPriceDetails: '{"x_Model":"anthropic.claude-sonnet-4-6"}',
      PricingCategory: 'Standard',
      ServiceSubcategory: 'Generative AI',
      InvoiceId: '',
    });
  });

  test('of images, requests and searches', () => {
    const image = { model: 'stability.sd3-large', amountNanoUsd: 160_000_000n };
    expect(columns(rowsOf(use({ images: 2, inputTokens: 40 }, image)), METER)).toEqual([
      ['Images', '2', 'Images', '2', 'Images'],
    ]);
    const query = { model: 'cohere.rerank-v3-5:0', amountNanoUsd: 2_000_000n };
    // A rerank that counts nothing is charged for one request.
    expect(columns(rowsOf(use({}, query)), METER)).toEqual([
      ['Requests', '1', 'Requests', '1', 'Requests'],
    ]);
    const search = { model: 'claude-sonnet-4-6', amountNanoUsd: 3_000_000n + 20_000_000n };
    expect(columns(rowsOf(use({ inputTokens: 1_000, webSearches: 2 }, search)), METER)).toEqual([
      ['Input Tokens', '1000', 'Tokens', '0.001', '1000000 Tokens'],
      ['Web Searches', '2', 'Searches', '2', 'Searches'],
    ]);
  });

  test('bills line items rounded up, as the ledger does, and states exact costs beside them', () => {
    const rows = rowsOf(
      use({ cacheReadTokens: 7 }, { model: 'amazon.nova-micro-v1:0', amountNanoUsd: 62n }),
    );
    expect(columns(rows, ['ListUnitPrice', 'ListCost', 'BilledCost'])).toEqual([
      ['0.00875', '0.00000006125', '0.000000062'],
    ]);
  });

  test('shares a stated cost in proportion, to the nano-dollar', () => {
    const stated = use(
      { inputTokens: 1_000, outputTokens: 1_000 },
      { amountNanoUsd: 7n, pricedNanoUsd: 18_000_000n },
    );
    expect(columns(rowsOf(stated), ['BilledCost', 'ContractedCost'])).toEqual([
      ['0.000000001', '0.003'],
      ['0.000000006', '0.015'],
    ]);
  });
});

describe('prices', () => {
  const half: RateCard = {
    model: modelStem(MODEL),
    effectiveFromMs: at('2026-11-01'),
    source: 'contract',
    sourceDate: '2026-11-01',
    inputNanoUsdPerMillion: 1_500_000_000n,
    outputNanoUsdPerMillion: 7_500_000_000n,
    batchPercent: 40,
  };
  const COSTS = ['ListUnitPrice', 'ListCost', 'ContractedUnitPrice', 'ContractedCost'];
  const million = (facts: Partial<Posting>) => use({ inputTokens: 1_000_000 }, facts);
  const costs = (posting: Posting, cards = [half]) => columns(rowsOf(posting, cards), COSTS);

  test('list is public, contracted is the own one', () => {
    expect(costs(million({ amountNanoUsd: 1_500_000_000n }))).toEqual([['3', '3', '1.5', '1.5']]);
    expect(costs(million({ amountNanoUsd: 7n, pricedNanoUsd: 1_500_000_000n }))).toEqual([
      ['3', '3', '1.5', '1.5'],
    ]);
  });

  test('both follow the tier, each with its own discount', () => {
    const batch = million({ terms: { tier: 'batch' }, amountNanoUsd: 600_000_000n });
    expect(costs(batch)).toEqual([['1.5', '1.5', '0.6', '0.6']]);
    expect(rowsOf(batch, [half])[0]).toMatchObject({
      SkuId: 'anthropic.claude-sonnet-4-6/input-tokens',
      SkuPriceId: 'anthropic.claude-sonnet-4-6/input-tokens/ServiceTier=batch',
      SkuPriceDetails: '{"x_Model":"anthropic.claude-sonnet-4-6","x_ServiceTier":"batch"}',
    });
  });

  test('are both public if usage was charged before the own card was set for its time', () => {
    expect(costs(million({ amountNanoUsd: 3_000_000_000n }))).toEqual([['3', '3', '3', '3']]);
  });

  test('are the same before the own card began, and without a public price', () => {
    const october = { occurredAtMs: at('2026-10-31'), postedAtMs: at('2026-10-31') };
    expect(costs(million({ ...october, amountNanoUsd: 3_000_000_000n }))).toEqual([
      ['3', '3', '3', '3'],
    ]);
    const own = million({ model: 'of-our-own', amountNanoUsd: 1_500_000_000n });
    expect(costs(own, [{ ...half, model: 'of-our-own' }])).toEqual([['1.5', '1.5', '1.5', '1.5']]);
  });

  test('of nothing still have a list price', () => {
    const free = { ...half, inputNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 0n };
    expect(costs(million({ amountNanoUsd: 0n }), [free])).toEqual([['3', '3', '0', '0']]);
  });

  test('follow the place, and long requests', () => {
    const inFrankfurt = million({ region: 'eu-central-1', amountNanoUsd: 3_300_000_000n });
    expect(rowsOf(inFrankfurt)[0]).toMatchObject({
      ListUnitPrice: '3.3',
      SkuPriceId: 'anthropic.claude-sonnet-4-6/input-tokens/Region=eu-central-1',
      RegionId: 'eu-central-1',
      RegionName: 'Europe (Frankfurt)',
    });
    const long = use({ inputTokens: 300_000 }, { model: 'gpt-5.4', amountNanoUsd: 1n });
    const short = use({ inputTokens: 1_000 }, { model: 'gpt-5.4', amountNanoUsd: 1n });
    const [ofLong, ofShort] = [long, short].map((posting) => rowsOf(posting)[0] ?? {});
    expect(ofLong?.['SkuPriceId']).toBe('gpt-5.4/input-tokens/Request=long');
    expect(Number(ofLong?.['ListUnitPrice'])).toBeGreaterThan(Number(ofShort?.['ListUnitPrice']));
  });

  test('are told where nobody knows one any more', () => {
    expect(columns(rowsOf(million({ model: 'gone' })), ['ChargeCategory', 'SkuId'])).toEqual([
      ['Adjustment', ''],
    ]);
  });
});

describe('money without a quantity', () => {
  const KIND = ['ChargeCategory', 'ChargeClass', 'SkuId', 'BilledCost', 'ListCost'];
  const presumed = { kind: 'presumption', usage: NO_TOKENS, amountNanoUsd: 9_000n } as const;
  const february = { occurredAtMs: at('2026-02-27T10:20Z'), postedAtMs: at('2026-02-27T10:30Z') };
  const march = { ...february, postedAtMs: at('2026-03-04T08:00:01.5Z'), billedMonth: '2026-03' };
  const refund = {
    kind: 'correction',
    usage: NO_TOKENS,
    amountNanoUsd: -40n,
    requests: 0,
  } as const;

  test('is an adjustment if it is presumed', () => {
    expect(columns(rowsOf(use({}, { ...presumed, ...february })), KIND)).toEqual([
      ['Adjustment', '', '', '0.000009000', '0.000009000'],
    ]);
  });

  test('a late settlement takes the presumption back and bills the usage', () => {
    const late = use(
      { outputTokens: 100 },
      {
        ...february,
        kind: 'correction',
        requests: 0,
        amountNanoUsd: 1_491_000n,
        presumedNanoUsd: 9_000n,
      },
    );
    expect(columns(rowsOf(late), KIND)).toEqual([
      ['Usage', '', 'anthropic.claude-sonnet-4-6/output-tokens', '0.001500000', '0.0015'],
      ['Adjustment', '', '', '-0.000009000', '-0.000009000'],
    ]);
    const returned = use(
      {},
      {
        ...february,
        kind: 'correction',
        requests: 0,
        amountNanoUsd: -9_000n,
        presumedNanoUsd: 9_000n,
      },
    );
    expect(columns(rowsOf(returned), KIND)).toEqual([
      ['Adjustment', '', '', '-0.000009000', '-0.000009000'],
    ]);
  });

  test('a correction within its month is an adjustment', () => {
    expect(columns(rowsOf(use({}, { ...refund, ...february })), KIND)).toEqual([
      ['Adjustment', '', '', '-0.000000040', '-0.000000040'],
    ]);
  });

  test('a correction of an earlier month is billed when it was made, for when it was used', () => {
    expect(rowsOf(use({}, { ...refund, ...march }))).toMatchObject([
      {
        ChargeCategory: 'Usage',
        ChargeClass: 'Correction',
        BilledCost: '-0.000000040',
        ListCost: '-0.000000040',
        BillingPeriodStart: '2026-03-01T00:00:00Z',
        BillingPeriodEnd: '2026-04-01T00:00:00Z',
        ChargePeriodStart: '2026-02-27T10:00:00Z',
        ChargePeriodEnd: '2026-02-27T11:00:00Z',
        x_PostedAt: '2026-03-04T08:00:01Z',
      },
    ]);
  });
});

test('a department has one id, however callers spell it, and the name that people gave it', () => {
  const spelled = use({ inputTokens: 1 }, { given: { departmentId: 'Research' } });
  expect(rowsOf(spelled)[0]).toMatchObject({
    SubAccountId: 'research',
    SubAccountName: 'Research',
  });
  expect(rowsOf(spelled, [], ({ scope }) => `Our ${scope}`)[0]).toMatchObject({
    BillingAccountId: 'acme',
    BillingAccountName: 'Our organization',
    SubAccountId: 'research',
    SubAccountName: 'Our department',
  });
});
