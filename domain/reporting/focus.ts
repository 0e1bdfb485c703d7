import { formatUsd } from '../money.ts';
import { periodAt } from '../periods.ts';
import { csvLine } from './csv.ts';
import type { FocusCharge } from './focus-charge.ts';
import { tokensIn } from './measures.ts';
import { type FocusSeller, focusSellerOf } from './focus-seller.ts';

/*
 * FOCUS 1.2 (FinOps Open Cost and Usage Specification): its mandatory columns, those for tokens,
 * regions, SKUs, tags and sub-accounts, and Purser's own as `x_`. Only single records are written so:
 * a sum mixes models, which have a SKU, a seller and list prices of their own. Billed and effective
 * cost are what the ledger says; contracted and list cost are at the organization's own and at the
 * public prices.
 */

/** The header line. */
export const focusHeader = (): string => csvLine(Object.keys(COLUMNS));

/** One charge as a line. */
export const focusLine = (charge: FocusCharge): string =>
  csvLine(Object.values(COLUMNS).map((valueOf) => valueOf(charge)));

type Value = string | bigint | null;
type Column = (charge: FocusCharge) => Value;

const cost: Column = ({ measures }) => formatUsd(measures.costNanoUsd);
const organization: Column = ({ organizationId }) => organizationId;
const department: Column = ({ departmentId }) => departmentId;
const constant =
  (value: Value): Column =>
  () =>
    value;
const seller =
  (part: keyof FocusSeller): Column =>
  ({ model }) =>
    focusSellerOf(model)[part];
const tokens: Column = ({ measures }) => tokensIn(measures);

const COLUMNS: Record<string, Column> = {
  BilledCost: cost,
  BillingAccountId: organization,
  BillingAccountName: organization,
  BillingCurrency: constant('USD'),
  BillingPeriodStart: ({ startMs }) => instant(periodAt('monthly', startMs, 'UTC').startsAtMs),
  BillingPeriodEnd: ({ startMs }) => instant(periodAt('monthly', startMs, 'UTC').endsAtMs),
  ChargeCategory: constant('Usage'),
  ChargeClass: ({ isCorrection }) => (isCorrection ? 'Correction' : null),
  ChargeDescription: ({ description }) => description,
  ChargeFrequency: constant('Usage-Based'),
  ChargePeriodStart: ({ startMs }) => instant(startMs),
  ChargePeriodEnd: ({ endMs }) => instant(endMs),
  ConsumedQuantity: tokens,
  ConsumedUnit: constant('Tokens'),
  ContractedCost: ({ contractedNanoUsd }) => formatUsd(contractedNanoUsd),
  EffectiveCost: cost,
  InvoiceIssuerName: seller('provider'),
  ListCost: ({ listNanoUsd }) => formatUsd(listNanoUsd),
  PricingQuantity: tokens,
  PricingUnit: constant('Tokens'),
  ProviderName: seller('provider'),
  PublisherName: seller('publisher'),
  RegionId: ({ region }) => region,
  ServiceCategory: constant('AI and Machine Learning'),
  ServiceName: seller('service'),
  SkuId: ({ model }) => model,
  SubAccountId: department,
  SubAccountName: department,
  Tags: ({ tags }) => tags && JSON.stringify(tags),
  x_RecordId: ({ recordId }) => recordId,
  x_Requests: ({ measures }) => measures.requests,
  x_InputTokens: ({ measures }) => measures.inputTokens,
  x_OutputTokens: ({ measures }) => measures.outputTokens,
  x_CacheReadTokens: ({ measures }) => measures.cacheReadTokens,
  x_CacheWriteTokens: ({ measures }) => measures.cacheWriteTokens,
  x_Delivery: ({ delivery }) => delivery,
};

const instant = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z');
