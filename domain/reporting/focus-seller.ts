import { BEDROCK_MODELS, RECOMMENDABLE_MODELS } from '../catalog/bedrock-models.ts';
import { DIRECT_MODELS } from '../catalog/direct-models.ts';
import { createCatalog, modelOfRow } from '../catalog/model.ts';

/** Who sells, bills and makes what a row of FOCUS is about. */
export type FocusSeller = { provider: string; publisher: string; service: string };

const bedrock = createCatalog([...RECOMMENDABLE_MODELS, ...BEDROCK_MODELS].map(modelOfRow));
const direct = createCatalog(DIRECT_MODELS.map(modelOfRow));

const MIXED: FocusSeller = {
  provider: 'Multiple providers',
  publisher: 'Multiple publishers',
  service: 'AI models',
};
const UNKNOWN: FocusSeller = {
  provider: 'Unknown provider',
  publisher: 'Unknown publisher',
  service: 'AI models',
};

/**
 * Sold by AWS and published by its maker is a model of Bedrock; sold and published by its maker one
 * that is called there. Rows that are not of one model may be of several; nothing is guessed.
 */
export function focusSellerOf(model: string | null): FocusSeller {
  if (model === null) return MIXED;
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
