import { BEDROCK_MODELS, RECOMMENDABLE_MODELS } from '../catalog/bedrock-models.ts';
import { DIRECT_MODELS } from '../catalog/direct-models.ts';
import { createCatalog, modelOfRow } from '../catalog/model.ts';

/** Who sells, bills and publishes what a FOCUS row is about. */
export type FocusSeller = { provider: string; publisher: string; service: string };

const bedrock = createCatalog([...RECOMMENDABLE_MODELS, ...BEDROCK_MODELS].map(modelOfRow));
const direct = createCatalog(DIRECT_MODELS.map(modelOfRow));

const UNKNOWN: FocusSeller = {
  provider: 'Unknown provider',
  publisher: 'Unknown publisher',
  service: 'AI models',
};

/**
 * AWS sells Bedrock models that their makers publish; other makers sell and publish their own.
 * Nothing is guessed for other models.
 */
export function focusSellerOf(model: string): FocusSeller {
  const sold = bedrock.get(model);
  if (sold) {
    return {
      provider: 'Amazon Web Services',
      publisher: sold.provider,
      service: 'Amazon Bedrock',
    };
  }
  const made = direct.get(model);
  if (!made) return UNKNOWN;
  return { provider: made.provider, publisher: made.provider, service: `${made.provider} API` };
}
