import { anthropicCards } from './anthropic-cards.ts';
import { bedrockCards } from './bedrock-cards.ts';
import { directCards } from './direct-cards.ts';
import { openModelCards } from './open-model-cards.ts';
import type { RateCard } from './rate-card.ts';
import { routedCards } from './routed-cards.ts';
import { unitCards } from './unit-cards.ts';

/** Every built-in price, by model stem. A model has several cards if its price changed. */
export const builtInCards: ReadonlyMap<string, readonly RateCard[]> = Map.groupBy(
  [
    ...anthropicCards,
    ...bedrockCards,
    ...openModelCards,
    ...unitCards,
    ...directCards,
    ...routedCards,
  ],
  (card) => card.model,
);
