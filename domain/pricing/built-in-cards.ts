import { anthropicCards } from './anthropic-cards.ts';
import { bedrockCards } from './bedrock-cards.ts';
import { directCards } from './direct-cards.ts';
import type { RateCard } from './rate-card.ts';

/** Every price that the product knows, by model stem; several cards where a price changed. */
export const builtInCards: ReadonlyMap<string, readonly RateCard[]> = Map.groupBy(
  [...anthropicCards, ...bedrockCards, ...directCards],
  (card) => card.model,
);
