import { describe, expect, test } from 'vitest';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import type { PriceList, Prices } from '../../../domain/pricing/rate-card.ts';
import before from './prices-before.json' with { type: 'json' };

const usd = (price: bigint | undefined): string =>
  price === undefined ? '-' : String(Number(price) / 1e9);

const textOf = (prices: Prices): string =>
  [
    prices.inputNanoUsdPerMillion,
    prices.outputNanoUsdPerMillion,
    prices.cacheReadNanoUsdPerMillion,
    prices.cacheWriteNanoUsdPerMillion,
    prices.cacheWriteOneHourNanoUsdPerMillion,
  ]
    .map(usd)
    .join(' ');

const listTextOf = ({ longContext, ...prices }: PriceList): string =>
  longContext
    ? `${textOf(prices)} > ${longContext.aboveInputTokens}: ${textOf(longContext)}`
    : textOf(prices);

/** Every built-in price as text, by model, first day and place. */
function currentPrices(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const card of builtInCards.values().flat()) {
    const name = `${card.model} ${new Date(card.effectiveFromMs).toISOString().slice(0, 10)}`;
    const terms = [
      card.units?.images === undefined ? '' : `image ${usd(card.units?.images)}`,
      card.units?.queries === undefined ? '' : `query ${usd(card.units?.queries)}`,
      card.batchPercent === undefined ? '' : `batch ${card.batchPercent}%`,
      card.flexPercent === undefined ? '' : `flex ${card.flexPercent}%`,
      card.priorityPercent === undefined ? '' : `priority ${card.priorityPercent}%`,
    ].filter((text) => text !== '');
    texts.set(name, [listTextOf(card), ...(terms.length > 0 ? [terms.join(', ')] : [])].join('; '));
    for (const [place, list] of Object.entries(card.geographic ?? {})) {
      if (list) texts.set(`${name} ${place}`, listTextOf(list));
    }
  }
  return texts;
}

/** Prices that were wrong before the cards became data files, each with what it is now. */
const CORRECTED: Record<string, string> = {
  'openai.gpt-oss-20b 2023-01-01': '0.07 0.3 - - -',
  'mistral.mistral-large-2407 2023-01-01': '2 6 - - -',
  'amazon.nova-canvas 2023-01-01': '0 0 - - -; image 0.08',
};

const [PRICES, TERMS] = [0, 1];

describe('the cards as data files', () => {
  const current = currentPrices();

  // A request of exactly 272,000 tokens was charged as a long one.
  test.each(
    Object.entries(before).map(([name, text]): [string, string] => [
      name,
      (CORRECTED[name] ?? text).replace('> 271999:', '> 272000:'),
    ]),
  )('keep the price of %s', (name, text) => {
    const [was, now] = [text, current.get(name) ?? ''].map((line) => line.split('; '));
    expect(now?.[PRICES]).toBe(was?.[PRICES]);
    // Tiers were added; none has gone.
    for (const term of was?.[TERMS]?.split(', ') ?? []) expect(now?.[TERMS]).toContain(term);
  });
});
