import type { OptimizePromptInput, OptimizedPrompt } from '../../contracts/prompts.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { cacheOfferOf } from '../../domain/catalog/cache-offer.ts';
import { windowOf } from '../../domain/prompts/context-window.ts';
import { optimizeTexts } from '../../domain/prompts/optimize-texts.ts';
import { messageTokens } from '../../domain/prompts/prompt-sizes.ts';
import { type TextPlaces, textsOf, withTexts } from '../../domain/prompts/prompt-texts.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { invalidField } from '../errors.ts';
import { type PriceDeps, priceOfModel } from './price-of-model.ts';

const PLACES: TextPlaces = { system: ['system'], messages: 'messages' };

type Parts = Pick<OptimizePromptInput, 'prompt' | 'system' | 'messages'>;

/**
 * Takes out of a prompt what says nothing, and, with a limit of tokens, the middle of a conversation.
 * Calls no model and keeps nothing.
 * @throws ServiceError `unknown-price` naming `model`, `invalid-request` if what must stay has more
 *   tokens than the limit
 */
export async function optimizePrompt(
  deps: PriceDeps,
  call: OrganizationCall,
  input: OptimizePromptInput,
): Promise<OptimizedPrompt> {
  const { model, rate } = await priceOfModel(deps, call, input);
  const { prompt, system } = input;
  const turns = prompt === undefined ? (input.messages ?? []) : [{ role: 'user', content: prompt }];
  const sizes = turns.map((turn) => messageTokens(turn, model));
  const fixedTokens = system === undefined ? 0 : messageTokens({ content: system }, model);
  const tokensBefore = sizes.reduce((sum, size) => sum + size, fixedTokens);
  const dropped = droppedOf(turns, { ...input, sizes, fixedTokens });
  const kept = turns.filter((_, at) => !dropped.has(at));
  const windowTokens = [...dropped].reduce((sum, at) => sum + (sizes[at] ?? 0), 0);

  const body = { ...(system === undefined ? {} : { system }), messages: kept };
  const offer = input.keepCachedPrefix ? cacheOfferOf(model, rate) : undefined;
  const texts = textsOf(body, PLACES).map((text) =>
    input.keepCachedPrefix ? text : { ...text, isMarked: false },
  );
  const optimized = optimizeTexts(texts, { model, rate, offer });
  const savings = [
    ...(windowTokens > 0
      ? [{ rule: 'context-window' as const, tokens: windowTokens, edits: dropped.size }]
      : []),
    ...optimized.savings,
  ];
  const rules = priced(savings, tokensBefore, rate);
  const savedTokens = rules.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    parts: partsOf(input, withTexts(body, PLACES, optimized.texts)),
    model,
    tokensBefore,
    tokensAfter: tokensBefore - savedTokens,
    savedNanoUsd: rules.reduce((sum, { savedNanoUsd }) => sum + savedNanoUsd, 0n),
    rules,
    keptPrefixTokens: optimized.keptPrefixTokens,
    droppedMessages: [...dropped],
  };
}

function droppedOf(
  turns: readonly unknown[],
  {
    maxInputTokens,
    strategy,
    pinned = [],
    sizes,
    fixedTokens,
  }: OptimizePromptInput & { sizes: readonly number[]; fixedTokens: number },
): Set<number> {
  if (strategy === 'summarize') {
    throw invalidField(
      'strategy',
      'summarize needs a call of a model, which this version does not make; use drop',
    );
  }
  const outside = pinned.findIndex((at) => at >= turns.length);
  if (outside >= 0) throw invalidField(`pinned[${outside}]`, 'is no position of a message');
  if (maxInputTokens === undefined) return new Set();
  const terms = { sizes, fixedTokens, maxInputTokens, pinned: new Set(pinned) };
  const window = windowOf(turns, terms);
  if (window.ok) return new Set(window.dropped);
  throw invalidField(
    'maxInputTokens',
    `must be at least ${window.leastTokens}: as many tokens have instructions, pinned messages and the last exchange`,
  );
}

/** What each rule saves, one after the other, so that the savings add up exactly. */
function priced<Saving extends { tokens: number }>(
  savings: readonly Saving[],
  tokensBefore: number,
  rate: Rate,
): (Saving & { savedNanoUsd: NanoUsd })[] {
  const costFor = (inputTokens: number): NanoUsd => costOf({ ...NO_TOKENS, inputTokens }, rate);
  let left = tokensBefore;
  return savings.map((saving) => {
    const before = costFor(left);
    left -= saving.tokens;
    return { ...saving, savedNanoUsd: before - costFor(left) };
  });
}

function partsOf({ prompt }: Parts, { system, messages }: Record<string, unknown>): Parts {
  const turns = messages as NonNullable<Parts['messages']>;
  if (prompt === undefined) {
    return {
      messages: turns,
      ...(system === undefined ? {} : { system: system as Parts['system'] }),
    };
  }
  const content = turns[0]?.content;
  return {
    prompt: typeof content === 'string' ? content : prompt,
    ...(system === undefined ? {} : { system: system as Parts['system'] }),
  };
}
