import { formatUsd } from '../../money.ts';
import { BILLED_UNIT_NAMES, unitFacts } from '../../token-usage.ts';
import type { PriceChange } from './propose-cards.ts';

/** What a change is about: `input`, or `eu output`. */
export const changedField = ({ place, field }: PriceChange): string =>
  place === 'base' ? field : `${place} ${field}`;

/** A price of a change for people: `1.10`, or `50 %`. */
export const priceText = ({ field }: PriceChange, price: bigint): string =>
  field.endsWith('Percent') ? `${price} %` : formatUsd(price).replace(/0{1,7}$/, '');

/** What the price of a change buys. Empty for percentages. */
export function pricedBy({ field }: PriceChange): string {
  if (field.endsWith('Percent')) return '';
  const unit = BILLED_UNIT_NAMES.find((name) => name === field);
  if (unit === undefined) return 'USD per million tokens';
  return `USD per ${unitFacts(unit).per === 'million' ? 'million' : 'one'}`;
}
