import type { Entry } from '../../domain/ledger/entry.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import type { PriceModel } from '../reservations/price-settlement.ts';

/** What the same usage would have cost at once, less what was charged; `undefined` if it has no price. */
export async function savedBy(
  { priceModel }: { priceModel: PriceModel },
  entry: Entry,
): Promise<NanoUsd | undefined> {
  const { usage, model, region, terms, chargedNanoUsd } = entry;
  if (!usage) return undefined;
  const standard = await priceModel(model, entry, { region, ...terms, tier: undefined }).catch(
    () => undefined,
  );
  return standard && costOf(usage, standard.rate) - chargedNanoUsd;
}
