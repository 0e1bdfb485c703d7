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
  for (const card of [...builtInCards.values()].flat()) {
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
const CORRECTED: Record<string, string> = {};

describe('the cards as data files', () => {
  const current = currentPrices();

  test.each(Object.entries(before))('keep the price of %s', (name, text) => {
    expect(current.get(name)).toBe(CORRECTED[name] ?? text);
  });
});
