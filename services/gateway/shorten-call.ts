import { cacheOfferOf } from '../../domain/catalog/cache-offer.ts';
import { memberAt, placesOf, readingOf, withMember } from '../../domain/gateway/reading.ts';
import { formatUsd } from '../../domain/money.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { windowOf } from '../../domain/prompts/context-window.ts';
import { optimizeTexts } from '../../domain/prompts/optimize-texts.ts';
import { messageTokens } from '../../domain/prompts/prompt-sizes.ts';
import { textsOf, withTexts } from '../../domain/prompts/prompt-texts.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { invalidField } from '../errors.ts';
import { inputCounter } from '../prediction/count-input-tokens.ts';
import { type PriceDeps, resolvedModel } from '../prompts/price-of-model.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** A request as it is served, and what its answer tells of the prompt. */
export type ShortenedCall = { request: GatewayRequest; told: Record<string, string> };

/**
 * Shortens the prompt of a call that asks for it. First messages from the middle go, then what says
 * nothing. What a provider may have cached is optimized only if that is cheaper at once.
 * @throws ServiceError naming the header, if what must stay has more tokens than it allows, or the API's
 *   bodies have no messages
 */
export async function shortenedCall(
  deps: PriceDeps,
  given: GatewayRequest,
): Promise<ShortenedCall> {
  const { shortening, wire } = given;
  if (!shortening) return { request: given, told: {} };
  if (wire.api === 'embeddings' || wire.api === 'invoke') {
    const header = shortening.isOptimized ? 'x-purser-optimize' : 'x-purser-max-input-tokens';
    throw invalidField(header, 'is not offered for embeddings and InvokeModel');
  }
  const { call, modelName, payer } = given;
  const named = { model: modelName, region: payer.region };
  const { model, resolution } = await resolvedModel(deps, call, named);
  // What serves the call refuses it if its price is not known.
  const rate = resolution.ok ? resolution.rate : undefined;
  const window = windowed(given, model, shortening.maxInputTokens);
  const saved = { tokens: window.tokens, dropped: window.dropped };
  let request = window.request;
  if (shortening.isOptimized) {
    const places = placesOf(wire.api, request.body);
    const offer = rate && cacheOfferOf(model, rate);
    const optimized = optimizeTexts(textsOf(request.body, places), { model, rate, offer });
    saved.tokens += optimized.tokensBefore - optimized.tokensAfter;
    request = { ...request, body: withTexts(request.body, places, optimized.texts) };
  }
  return { request, told: toldOf(saved, rate) };
}

type Windowed = { request: GatewayRequest; tokens: number; dropped: number };

function windowed(
  request: GatewayRequest,
  model: string,
  maxInputTokens: number | undefined,
): Windowed {
  const { wire, body } = request;
  const { messages: path } = placesOf(wire.api, body);
  const turns = memberAt(body, path);
  const unchanged = { request, tokens: 0, dropped: 0 };
  if (maxInputTokens === undefined) return unchanged;
  const { messages, furtherInput } = readingOf(wire.api, body);
  const count = inputCounter({ system: '', userId: '', messages, furtherInput });
  const total = count(model).tokens;
  const list: readonly unknown[] = Array.isArray(turns) ? turns : [];
  const sizes = list.map((turn) => messageTokens(turn, model));
  const fixedTokens = Math.max(0, total - sizes.reduce((sum, size) => sum + size, 0));
  const window = windowOf(list, { sizes, fixedTokens, maxInputTokens });
  if (!window.ok) {
    throw invalidField(
      'x-purser-max-input-tokens',
      `must be at least ${window.leastTokens}: as many tokens have instructions, tools and the last exchange`,
    );
  }
  const gone = new Set(window.dropped);
  if (gone.size === 0) return unchanged;
  const kept = list.filter((_, at) => !gone.has(at));
  return {
    request: { ...request, body: withMember(body, path, kept) },
    tokens: window.dropped.reduce((sum, at) => sum + (sizes[at] ?? 0), 0),
    dropped: gone.size,
  };
}

function toldOf(
  { tokens, dropped }: Pick<Windowed, 'tokens' | 'dropped'>,
  rate: Rate | undefined,
): Record<string, string> {
  const savedNanoUsd =
    rate && tokens > 0 ? costOf({ ...NO_TOKENS, inputTokens: tokens }, rate) : 0n;
  return {
    'x-purser-saved-tokens': String(tokens),
    ...(rate ? { 'x-purser-saved-usd': formatUsd(savedNanoUsd) } : {}),
    ...(dropped > 0 ? { 'x-purser-dropped-messages': String(dropped) } : {}),
  };
}
