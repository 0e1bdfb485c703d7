import { builtInCatalog } from '../catalog/built-in-models.ts';
import type { Catalog } from '../catalog/model.ts';
import { ownValue } from '../own-value.ts';
import { builtInCards } from '../pricing/built-in-cards.ts';
import { modelStem, opaqueName } from '../pricing/model-id.ts';

/** Who sells, bills and publishes what a FOCUS row is about. */
export type FocusSeller = { provider: string; publisher: string; service: string };

const AWS = 'Amazon Web Services';
const BEDROCK = 'Amazon Bedrock';

/** Makers by how they name their models on Amazon Bedrock and at resellers: `anthropic.claude-…`. */
const MAKERS: Readonly<Record<string, string>> = {
  ai21: 'AI21 Labs',
  amazon: 'Amazon',
  anthropic: 'Anthropic',
  cohere: 'Cohere',
  deepseek: 'DeepSeek',
  google: 'Google',
  meta: 'Meta',
  minimax: 'MiniMax',
  mistral: 'Mistral AI',
  mistralai: 'Mistral AI',
  moonshot: 'Moonshot AI',
  moonshotai: 'Moonshot AI',
  nvidia: 'NVIDIA',
  openai: 'OpenAI',
  qwen: 'Qwen',
  stability: 'Stability AI',
  writer: 'Writer',
  xai: 'xAI',
  zai: 'Z.AI',
};

/** Makers of the models with built-in prices on their makers' own APIs, by how their names begin. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^claude/, 'Anthropic'],
  [/^(?:gpt|o\d)/, 'OpenAI'],
  [/^gemini/, 'Google'],
  [/^deepseek/, 'DeepSeek'],
  [/^(?:codestral|devstral|magistral|ministral|mistral|mixtral|pixtral)/, 'Mistral AI'],
  [/^kimi/, 'Moonshot AI'],
  [/^grok/, 'xAI'],
  [/^glm/, 'Z.AI'],
  [/^qwen/, 'Qwen'],
];

/**
 * AWS sells models on Bedrock, and resellers theirs, that their makers publish; other makers sell and
 * publish their own. A model that no built-in list knows is sold by whom the organization's catalog
 * names, and else by the organization, because only its own price list has it.
 * @param catalog the organization's catalog
 */
export function focusSellerOf(
  model: string,
  { organizationId, catalog }: { organizationId: string; catalog: Pick<Catalog, 'get'> },
): FocusSeller {
  const stem = modelStem(model);
  return (
    resellerOf(stem) ?? makerOf(stem) ?? soldBy(catalog.get(model)?.provider ?? organizationId)
  );
}

const soldBy = (provider: string): FocusSeller => ({
  provider,
  publisher: provider,
  service: `${provider} API`,
});

/** Routes and forms of names that say who sells a model. */
function resellerOf(stem: string): FocusSeller | undefined {
  if (opaqueName(stem) !== undefined) return { provider: AWS, publisher: AWS, service: BEDROCK };
  const [, prefix = ''] = /^([a-z0-9]+)\./.exec(stem) ?? [];
  const onBedrock = ownValue(MAKERS, prefix);
  if (onBedrock) return { provider: AWS, publisher: onBedrock, service: BEDROCK };
  const [route, ...path] = stem.split('/');
  const seller = route === 'openrouter' ? 'OpenRouter' : route === 'fireworks_ai' && 'Fireworks AI';
  if (!seller) return undefined;
  const name = path.at(-1) ?? '';
  const publisher = ownValue(MAKERS, path[0] ?? '') ?? familyOf(name) ?? seller;
  return { ...soldBy(seller), publisher };
}

/** The maker of a model with a built-in price or entry. */
function makerOf(stem: string): FocusSeller | undefined {
  const entry = builtInCatalog.get(stem);
  const maker = entry?.provider ?? (builtInCards.has(stem) ? familyOf(stem) : undefined);
  return maker === undefined ? undefined : soldBy(maker);
}

const familyOf = (name: string): string | undefined =>
  FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
