import { cardOf, factsByName } from './card-facts.ts';
import { anthropicClaude } from './cards/anthropic-claude.ts';
import { bedrockAi21 } from './cards/bedrock-ai21.ts';
import { bedrockClaude } from './cards/bedrock-claude.ts';
import { bedrockCohere } from './cards/bedrock-cohere.ts';
import { bedrockDeepseek } from './cards/bedrock-deepseek.ts';
import { bedrockGemma } from './cards/bedrock-gemma.ts';
import { bedrockGlm } from './cards/bedrock-glm.ts';
import { bedrockGpt } from './cards/bedrock-gpt.ts';
import { bedrockGptOss } from './cards/bedrock-gpt-oss.ts';
import { bedrockGrok } from './cards/bedrock-grok.ts';
import { bedrockKimi } from './cards/bedrock-kimi.ts';
import { bedrockLlama } from './cards/bedrock-llama.ts';
import { bedrockMinimax } from './cards/bedrock-minimax.ts';
import { bedrockMistral } from './cards/bedrock-mistral.ts';
import { bedrockNemotron } from './cards/bedrock-nemotron.ts';
import { bedrockNova } from './cards/bedrock-nova.ts';
import { bedrockPalmyra } from './cards/bedrock-palmyra.ts';
import { bedrockQwen } from './cards/bedrock-qwen.ts';
import { bedrockStability } from './cards/bedrock-stability.ts';
import { bedrockTitan } from './cards/bedrock-titan.ts';
import { deepseekChat } from './cards/deepseek-chat.ts';
import { fireworks } from './cards/fireworks.ts';
import { googleGemini } from './cards/google-gemini.ts';
import { mistral } from './cards/mistral.ts';
import { openaiGpt } from './cards/openai-gpt.ts';
import { moonshotKimi } from './cards/moonshot-kimi.ts';
import { openaiGptRecent } from './cards/openai-gpt-recent.ts';
import { xaiGrok } from './cards/xai-grok.ts';
import { zaiGlm } from './cards/zai-glm.ts';
import { openaiPro } from './cards/openai-pro.ts';
import { openrouter } from './cards/openrouter.ts';
import { modelStem } from './model-id.ts';
import { cardInForce, isStale, type RateCard } from './rate-card.ts';

const FACTS = [
  anthropicClaude,
  bedrockAi21,
  bedrockClaude,
  bedrockCohere,
  bedrockDeepseek,
  bedrockGemma,
  bedrockGlm,
  bedrockGpt,
  bedrockGptOss,
  bedrockGrok,
  bedrockKimi,
  bedrockLlama,
  bedrockMinimax,
  bedrockMistral,
  bedrockNemotron,
  bedrockNova,
  bedrockPalmyra,
  bedrockQwen,
  bedrockStability,
  bedrockTitan,
  deepseekChat,
  fireworks,
  googleGemini,
  mistral,
  openaiGpt,
  openrouter,
  moonshotKimi,
  openaiGptRecent,
  openaiPro,
  xaiGrok,
  zaiGlm,
].flatMap(factsByName);

const made = new Map<string, readonly RateCard[]>();

/**
 * Every built-in price, by model stem. A model has several cards if its price changed. Cards are made
 * when a model is first asked for, because a fresh environment needs only a few of hundreds.
 */
export const builtInCards = {
  has: (model: string): boolean => builtInCards.get(model) !== undefined,
  keys: (): string[] => [...new Set(FACTS.map(({ name }) => modelStem(name)))],
  get(model: string): readonly RateCard[] | undefined {
    const cards = made.get(model) ?? cardsOf(model);
    if (cards.length === 0) return undefined;
    made.set(model, cards);
    return cards;
  },
  values: (): (readonly RateCard[])[] => builtInCards.keys().map(cardsOf),
  entries: (): [string, readonly RateCard[]][] =>
    builtInCards.keys().map((model) => [model, cardsOf(model)]),
};

/** A stem is a part of its name, which is faster to see than to work out the stems of all names. */
const cardsOf = (model: string): RateCard[] =>
  FACTS.filter(({ name }) => name.includes(model) && modelStem(name) === model).map(cardOf);

/** How many models have built-in prices that are stale (`isStale`). */
export const staleCardCount = (atMs: number): number =>
  builtInCards.values().filter((cards) => {
    const card = cardInForce(cards, atMs);
    return card !== undefined && isStale(card, atMs);
  }).length;
