import { describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { formatUsd } from '../../../domain/money.ts';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import { modelStem } from '../../../domain/pricing/model-id.ts';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { chargeOfPosting } from '../../../domain/reporting/focus-charge.ts';
import { focusHeader, focusLine } from '../../../domain/reporting/focus.ts';
import { listCostOf } from '../../../domain/reporting/list-cost.ts';
import { postingWith } from '../../support/postings.ts';

const at = (text: string): number => Date.parse(text);

describe('FOCUS 1.2', () => {
  const DECIMAL = /^-?\d+(\.\d+)?$/;
  const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/;
  const NAMED = /^.+$/;
  /** Mandatory columns of FOCUS 1.2: the pattern of their type, and whether `null` is allowed. */
  const MANDATORY: Record<string, RegExp> = {
    BilledCost: DECIMAL,
    BillingAccountId: NAMED,
    BillingAccountName: /^.*$/,
    BillingCurrency: /^[A-Z]{3}$/,
    BillingPeriodEnd: INSTANT,
    BillingPeriodStart: INSTANT,
    ChargeCategory: /^(Usage|Purchase|Tax|Credit|Adjustment)$/,
    ChargeClass: /^(Correction)?$/,
    ChargeDescription: /^.*$/,
    ChargePeriodEnd: INSTANT,
    ChargePeriodStart: INSTANT,
    ContractedCost: DECIMAL,
    EffectiveCost: DECIMAL,
    InvoiceIssuerName: NAMED,
    ListCost: DECIMAL,
    PricingQuantity: DECIMAL,
    PricingUnit: NAMED,
    ProviderName: NAMED,
    PublisherName: NAMED,
    ServiceCategory: /^AI and Machine Learning$/,
    ServiceName: NAMED,
  };

  const rowsOf = (csv: string): Record<string, string>[] => {
    const [header = '', ...lines] = csv.trimEnd().split('\r\n');
    const names = header.split(',');
    return lines.map((line) => {
      const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
      return Object.fromEntries(
        names.map((name, position) => [name, fields[position]?.[1] ?? fields[position]?.[2] ?? '']),
      );
    });
  };

  function expectMandatory(row: Record<string, string>): void {
    const wrong = Object.entries(MANDATORY).filter(([name, type]) => !type.test(row[name] ?? '\n'));
    expect(wrong).toEqual([]);
  }

  const rowOf = (posting: Posting, ownCards: RateCard[] = []): Record<string, string> => {
    const [row = {}] = rowsOf(focusHeader() + focusLine(chargeOfPosting(posting, ownCards)));
    expectMandatory(row);
    return row;
  };

  test.each([
    ['amazon.nova-lite-v1:0', 'Amazon Web Services', 'Amazon', 'Amazon Bedrock'],
    ['eu.anthropic.claude-sonnet-4-6', 'Amazon Web Services', 'Anthropic', 'Amazon Bedrock'],
    ['gpt-4o', 'OpenAI', 'OpenAI', 'OpenAI API'],
    ['of-our-own', 'Unknown provider', 'Unknown publisher', 'AI models'],
  ])('names who sells and who makes %s', (model, provider, publisher, service) => {
    expect(rowOf(postingWith({ model }))).toMatchObject({
      SkuId: model,
      ProviderName: provider,
      PublisherName: publisher,
      ServiceName: service,
    });
  });

  test('has every mandatory column with its type, and the hour of use as charge period', () => {
    const occurredAtMs = at('2026-10-31T23:10:00Z');
    expect(rowOf(postingWith({ occurredAtMs }))).toMatchObject({
      BilledCost: '0.001234567',
      BillingAccountId: 'acme',
      BillingPeriodStart: '2026-10-01T00:00:00Z',
      BillingPeriodEnd: '2026-11-01T00:00:00Z',
      ChargeCategory: 'Usage',
      ChargeClass: '',
      ChargePeriodStart: '2026-10-31T23:00:00Z',
      ChargePeriodEnd: '2026-11-01T00:00:00Z',
      ContractedCost: '0.001234567',
      ListCost: '0.001234567',
      PricingQuantity: '1234',
      PricingUnit: 'Tokens',
      SubAccountId: 'research',
    });
  });

  describe('with a card of the own organization at half the public price', () => {
    const MODEL = 'amazon.nova-lite-v1:0';
    const [publicCard] = builtInCards.get(modelStem(MODEL)) ?? [];
    const half: RateCard = {
      model: modelStem(MODEL),
      effectiveFromMs: at('2026-11-01'),
      source: 'contract',
      sourceDate: '2026-11-01',
      inputNanoUsdPerMillion: (publicCard?.inputNanoUsdPerMillion ?? 0n) / 2n,
      outputNanoUsdPerMillion: (publicCard?.outputNanoUsdPerMillion ?? 0n) / 2n,
    };
    const usage = {
      inputTokens: 10_000,
      outputTokens: 2_000,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    };
    const price = (overrides: RateCard[]): bigint => {
      const priced = resolveRate({ model: MODEL, atMs: at('2026-11-21'), overrides });
      return priced.ok ? costOf(usage, priced.rate) : expect.fail(priced.reason);
    };
    const [own, list] = [price([half]), price([])];
    const use = (facts: Partial<Posting> = {}) =>
      postingWith({ model: MODEL, usage, amountNanoUsd: own, ...facts });

    test('list cost is at the public price, contracted cost at the own one', () => {
      expect(list).toBe(2n * own);
      expect(rowOf(use(), [half])).toMatchObject({
        BilledCost: formatUsd(own),
        ContractedCost: formatUsd(own),
        ListCost: formatUsd(list),
      });
      // The caller stated a cost, which is neither.
      const stated = use({ amountNanoUsd: 7n, pricedNanoUsd: own });
      expect(rowOf(stated, [half])).toMatchObject({
        BilledCost: formatUsd(7n),
        EffectiveCost: formatUsd(7n),
        ContractedCost: formatUsd(own),
        ListCost: formatUsd(list),
      });
    });

    test('both are the same if usage was charged before that card was set for its time', () => {
      expect(listCostOf(use({ amountNanoUsd: list }), [half])).toBe(list);
    });

    test('both are the same before that card began, and without a public price', () => {
      expect(rowOf(use({ occurredAtMs: at('2026-10-31') }), [half])['ListCost']).toBe(
        formatUsd(own),
      );
      const foreign = use({ model: 'of-our-own' });
      expect(rowOf(foreign, [{ ...half, model: 'of-our-own' }])['ListCost']).toBe(formatUsd(own));
    });

    test('a presumption and its correction add up to the list cost', () => {
      const presumed = 5n * own;
      const none = { ...usage, inputTokens: 0, outputTokens: 0 };
      const listed = [
        use({ kind: 'presumption', amountNanoUsd: presumed, usage: none }),
        use({ kind: 'correction', amountNanoUsd: own - presumed, requests: 0 }),
      ].map((posting) => listCostOf(posting, [half]));
      expect(listed.reduce((sum, amount) => sum + amount, 0n)).toBe(list);
    });

    test('a price of nothing still has its list price', () => {
      const free = { ...half, inputNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 0n };
      expect(listCostOf(use({ amountNanoUsd: 0n }), [free])).toBe(list);
    });
  });
});
