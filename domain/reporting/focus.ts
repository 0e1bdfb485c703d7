import { formatUsd } from '../money.ts';
import { periodAt } from '../periods.ts';
import { csvLine, tagsText } from './csv.ts';
import { decimalText } from './decimal-text.ts';
import type { FocusCharge } from './focus-charge.ts';
import { consumedUnit, meterName, pricingUnit } from './focus-meters.ts';
import type { MeteredCost } from './metered-cost.ts';
import { regionNameOf } from './region-names.ts';

/*
 * FOCUS 1.2 (FinOps Open Cost and Usage Specification). Billed and effective cost are what the ledger
 * says. Contracted and list cost are quantity times price, exactly, at the organization's own and at the
 * public price; without a quantity they are the billed cost. Columns of what Purser does not have
 * (commitments, capacity reservations, resources, other currencies) are left out. Purser's own begin
 * with `x_`.
 */

/** The header line. */
export const focusHeader = (): string => csvLine(Object.keys(COLUMNS));

/** One charge as a line. */
export const focusLine = (charge: FocusCharge): string =>
  csvLine(Object.values(COLUMNS).map((valueOf) => valueOf(charge)));

type Value = string | bigint | null;
type Column = (charge: FocusCharge) => Value;

const constant =
  (value: Value): Column =>
  () =>
    value;
const billed: Column = ({ bookedNanoUsd }) => formatUsd(bookedNanoUsd);
const organization: Column = ({ organizationId }) => organizationId;
const metered =
  (valueOf: (metered: NonNullable<FocusCharge['metered']>) => Value): Column =>
  (charge) =>
    charge.metered && valueOf(charge.metered);

/** Prices have nine decimals and are for one or for a million, so a cost has up to 15. */
const NANO = 9;
const MILLION = 6;

const costAt =
  (priceOf: (cost: MeteredCost) => bigint): Column =>
  (charge) => {
    if (!charge.metered) return billed(charge);
    const { quantity, perMillion } = charge.metered;
    const cost = BigInt(quantity) * priceOf(charge.metered);
    return decimalText(cost, perMillion ? NANO + MILLION : NANO);
  };

const COLUMNS: Record<string, Column> = {
  BilledCost: billed,
  BillingAccountId: organization,
  BillingAccountName: ({ organizationName }) => organizationName,
  BillingCurrency: constant('USD'),
  BillingPeriodEnd: ({ billedMonth }) => instant(monthOf(billedMonth).endsAtMs),
  BillingPeriodStart: ({ billedMonth }) => instant(monthOf(billedMonth).startsAtMs),
  ChargeCategory: ({ category }) => category,
  ChargeClass: ({ isCorrection }) => (isCorrection ? 'Correction' : null),
  ChargeDescription: ({ description }) => description,
  ChargeFrequency: ({ category }) => (category === 'Usage' ? 'Usage-Based' : 'One-Time'),
  ChargePeriodEnd: ({ endMs }) => instant(endMs),
  ChargePeriodStart: ({ startMs }) => instant(startMs),
  ConsumedQuantity: metered(({ quantity }) => BigInt(quantity)),
  ConsumedUnit: metered(({ meter }) => consumedUnit(meter)),
  ContractedCost: costAt(({ price }) => price),
  ContractedUnitPrice: metered(({ price }) => decimalText(price, NANO)),
  EffectiveCost: billed,
  InvoiceId: constant(null),
  InvoiceIssuerName: ({ seller }) => seller.provider,
  ListCost: costAt(({ listPrice }) => listPrice),
  ListUnitPrice: metered(({ listPrice }) => decimalText(listPrice, NANO)),
  PricingCategory: metered(() => 'Standard'),
  PricingQuantity: metered(({ quantity, perMillion }) =>
    decimalText(BigInt(quantity), perMillion ? MILLION : 0),
  ),
  PricingUnit: metered(({ meter, perMillion }) => pricingUnit(meter, perMillion)),
  ProviderName: ({ seller }) => seller.provider,
  PublisherName: ({ seller }) => seller.publisher,
  RegionId: ({ region }) => region,
  RegionName: ({ region }) => region && regionNameOf(region),
  ServiceCategory: constant('AI and Machine Learning'),
  ServiceName: ({ seller }) => seller.service,
  ServiceSubcategory: constant('Generative AI'),
  SkuId: metered(({ skuId }) => skuId),
  SkuMeter: metered(({ meter }) => meterName(meter)),
  SkuPriceDetails: metered(({ priceDetails }) => JSON.stringify(priceDetails)),
  SkuPriceId: metered(({ skuPriceId }) => skuPriceId),
  SubAccountId: ({ departmentId }) => departmentId,
  SubAccountName: ({ departmentName }) => departmentName,
  Tags: ({ tags }) => tags && tagsText(tags),
  x_RecordId: ({ recordId }) => recordId,
  x_PostedAt: ({ postedAtMs }) => instant(postedAtMs),
  x_Model: ({ model }) => model,
  x_Requests: ({ requests }) => BigInt(requests),
  x_Delivery: ({ delivery }) => delivery,
};

const monthOf = (month: string) => periodAt('monthly', Date.parse(`${month}-01`), 'UTC');

/** To the second, as FOCUS writes times. */
const instant = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
