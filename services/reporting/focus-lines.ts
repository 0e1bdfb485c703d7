import { createCatalog } from '../../domain/catalog/model.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { chargesOfPosting } from '../../domain/reporting/focus-charge.ts';
import { focusSellerOf } from '../../domain/reporting/focus-seller.ts';
import { focusLine } from '../../domain/reporting/focus.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ModelStore } from '../../tables/models.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { NameReader } from '../display-names.ts';

type Deps = {
  rateCards: Pick<RateCardStore, 'getMany'>;
  models: Pick<ModelStore, 'list'>;
  displayNames: NameReader;
};

/** Writes an organization's records as lines of FOCUS, with its own cards and models read once each. */
export async function focusLinesFor(
  { rateCards, models, displayNames }: Deps,
  organizationId: string,
) {
  const catalog = createCatalog(await models.list(organizationId));
  const cards = new Map<string, readonly RateCard[]>();
  return async (records: readonly Posting[]): Promise<string[]> => {
    const named = [...new Set(records.map(({ model }) => model))];
    const missing = named.filter((model) => !cards.has(model));
    const read = missing.length > 0 ? await rateCards.getMany(organizationId, missing) : cards;
    for (const model of missing) cards.set(model, read.get(model) ?? []);
    const nameOf = await displayNames.namesOf(organizationId, scopesOf(organizationId, records));
    return records.flatMap((posting) => {
      const seller = focusSellerOf(posting.model, { organizationId, catalog });
      const ownCards = cards.get(posting.model) ?? [];
      return chargesOfPosting(posting, { ownCards, seller, nameOf }).map(focusLine);
    });
  };
}

/** The scopes that rows name: the organization, and the departments of records. */
const scopesOf = (organizationId: string, records: readonly Posting[]): ScopeRef[] => [
  { scope: 'organization', scopeId: organizationId },
  ...records.flatMap(({ departmentId }): ScopeRef[] =>
    departmentId === undefined ? [] : [{ scope: 'department', scopeId: departmentId }],
  ),
];
