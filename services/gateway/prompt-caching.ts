import { createHash } from 'node:crypto';
import { cacheOfferOf } from '../../domain/catalog/cache-offer.ts';
import { promptPartsOf } from '../../domain/gateway/prompt-parts.ts';
import { memberAt, placesOf, type Reading } from '../../domain/gateway/reading.ts';
import { canMark, markedBody } from '../../domain/prompt-caching/mark-body.ts';
import {
  type CacheMark,
  type CacheTerms,
  createPrefixHistory,
  type Prefix,
  type PrefixHistory,
  type PromptPrefixes,
} from '../../domain/prompt-caching/prefix-history.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { createMemory } from '../memory.ts';
import type { PriceModel } from '../reservations/price-settlement.ts';
import type { GatewayRequest } from './gateway-request.ts';

const ROUTES_REMEMBERED = 500;
const PREFIXES_PER_ROUTE = 5_000;
/** How long a price is used before it is read again. */
const PRICE_KEPT_MS = 300_000;
/** Texts of any language have about this many characters per token, or fewer. */
const CHARACTERS_PER_TOKEN = 4;

export type PromptCaching = ReturnType<typeof createPromptCaching>;

/**
 * Marks prompts for the provider's cache where the history of their route says that it pays, for
 * requests that ask for it and mark nothing themselves. Keeps hashes, and no text.
 */
export function createPromptCaching({
  priceModel,
  now,
}: {
  priceModel: PriceModel;
  now: () => number;
}) {
  const histories = createMemory<PrefixHistory>({ most: ROUTES_REMEMBERED, now });
  const prices = createMemory<Rate>({ most: ROUTES_REMEMBERED, keptMs: PRICE_KEPT_MS, now });

  async function termsOf(
    { call }: GatewayRequest,
    { model, region }: Place,
  ): Promise<CacheTerms | undefined> {
    const key = JSON.stringify([call.organizationId, model, region]);
    const { organizationId, nowMs: occurredAtMs } = call;
    const remembered = prices.get(key);
    if (remembered) return cacheTerms(model, remembered);
    try {
      const { rate } = await priceModel(model, { organizationId, region, occurredAtMs });
      prices.set(key, rate);
      return cacheTerms(model, rate);
    } catch {
      // The reservation says what is wrong with the price.
      return undefined;
    }
  }

  function historyOf({ call, payer }: GatewayRequest, model: string): PrefixHistory {
    const key = JSON.stringify([call.organizationId, payer.system, payer.operation, model]);
    const history = histories.get(key) ?? createPrefixHistory({ most: PREFIXES_PER_ROUTE });
    histories.set(key, history);
    return history;
  }

  return {
    /**
     * @param place the model as Purser prices it, and where it will be served
     * @returns the request with its marks, or as it was without any
     */
    async marked(
      request: GatewayRequest,
      reading: Reading,
      place: Place,
    ): Promise<{ request: GatewayRequest; marks: readonly CacheMark[] }> {
      const { wire, body, marksPrompts } = request;
      const plain = { request, marks: [] };
      if (!marksPrompts || !canMark(wire.api) || reading.cacheLife !== undefined) return plain;
      const terms = await termsOf(request, place);
      if (!terms) return plain;
      const { prefixes, leadingTurns } = prefixesOf(request);
      const marks = historyOf(request, place.model).marksFor(prefixes, now(), terms);
      if (marks.length === 0) return plain;
      return {
        request: { ...request, body: markedBody(wire.api, body, marks, leadingTurns) },
        marks,
      };
    },
  };
}

type Place = { model: string; region: string | undefined };

/** What a model's cache takes and costs; `undefined` if requests cannot ask for it. */
function cacheTerms(model: string, rate: Rate): CacheTerms | undefined {
  const offer = cacheOfferOf(model, rate);
  if (!offer || offer.control === 'automatic') return undefined;
  const part = (price: bigint): number => Number(price) / Number(rate.inputNanoUsdPerMillion);
  const fiveMinutes = rate.cacheWriteNanoUsdPerMillion;
  return {
    leastTokens: offer.leastTokens,
    lives: offer.lives,
    readPrice: part(rate.cacheReadNanoUsdPerMillion),
    writePrice: {
      '5m': part(fiveMinutes),
      '1h': part(rate.cacheWriteOneHourNanoUsdPerMillion ?? fiveMinutes),
    },
  };
}

/** The hashes and lengths of a prompt's beginnings. */
function prefixesOf({ wire, body }: GatewayRequest): {
  prefixes: PromptPrefixes;
  leadingTurns: number;
} {
  const { stable, turns } = promptPartsOf(wire.api, body);
  const content = createHash('sha256');
  let characters = 0;
  const extended = (texts: readonly string[]): Prefix => {
    for (const text of texts) {
      content.update(`${text.length}:`).update(text);
      characters += text.length;
    }
    return {
      key: content.copy().digest('base64url'),
      tokens: Math.floor(characters / CHARACTERS_PER_TOKEN),
    };
  };
  const beginning = stable.length === 0 ? undefined : extended(stable);
  const messages = memberAt(body, placesOf(wire.api, body).messages);
  return {
    prefixes: { stable: beginning, turns: turns.map((turn) => extended([turn])) },
    leadingTurns: Array.isArray(messages) ? messages.length - turns.length : 0,
  };
}

/** Where marks are, for people: `5m at instructions, 1h at turn 3`; `off` if there are none. */
export const marksText = (marks: readonly CacheMark[]): string =>
  marks.length === 0
    ? 'off'
    : marks
        .map(({ at, life }) => `${life} at ${at === 'stable' ? 'instructions' : `turn ${at + 1}`}`)
        .join(', ');
