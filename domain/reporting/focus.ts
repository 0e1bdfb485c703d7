import { formatUsd } from '../money.ts';
import { periodAt } from '../periods.ts';
import type { CostReport, CostReportRow } from './cost-report.ts';
import { csvLine } from './csv.ts';
import { type FocusSeller, focusSellerOf } from './focus-seller.ts';

/**
 * The report as FOCUS 1.2 (FinOps Open Cost and Usage Specification): its mandatory columns, those
 * for tokens and sub-accounts, and our own as `x_`. Prices are list prices of
 * rate cards and no discount is known, so the four costs of a row are one figure. A row must lie in one
 * billing period, so that the report's granularity has to be daily or hourly. Who sells and makes a model
 * is told in reports by model, of models that the built-in catalogue knows.
 */
export function focusCsvOf(report: CostReport): string {
  return [Object.keys(COLUMNS), ...report.rows.map((row) => valuesOf(report, row))]
    .map(csvLine)
    .join('');
}

type Value = string | bigint | null;
type Column = (row: CostReportRow, report: CostReport) => Value;

const cost: Column = (row) => formatUsd(row.measures.costNanoUsd);
const organization: Column = (_, report) => report.organizationId;
const department: Column = (row, report) => (report.groupBy === 'department' ? row.key : null);
const constant =
  (value: Value): Column =>
  () =>
    value;
const seller =
  (part: keyof FocusSeller): Column =>
  (row, report) =>
    focusSellerOf(report.groupBy, row.key)[part];
const tokens: Column = ({ measures }) =>
  measures.inputTokens +
  measures.outputTokens +
  measures.cacheReadTokens +
  measures.cacheWriteTokens;

const COLUMNS: Record<string, Column> = {
  BilledCost: cost,
  BillingAccountId: organization,
  BillingAccountName: organization,
  BillingCurrency: constant('USD'),
  BillingPeriodStart: (row) => instant(periodAt('monthly', row.periodStartMs, 'UTC').startsAtMs),
  BillingPeriodEnd: (row) => instant(periodAt('monthly', row.periodStartMs, 'UTC').endsAtMs),
  ChargeCategory: constant('Usage'),
  ChargeClass: constant(null),
  ChargeDescription: (row, report) => `AI model usage, ${report.groupBy} ${row.key ?? 'not named'}`,
  ChargeFrequency: constant('Usage-Based'),
  ChargePeriodStart: (row) => instant(row.periodStartMs),
  ChargePeriodEnd: (row) => instant(row.periodEndMs),
  ConsumedQuantity: tokens,
  ConsumedUnit: constant('Tokens'),
  ContractedCost: cost,
  EffectiveCost: cost,
  InvoiceIssuerName: seller('provider'),
  ListCost: cost,
  PricingQuantity: tokens,
  PricingUnit: constant('Tokens'),
  ProviderName: seller('provider'),
  PublisherName: seller('publisher'),
  ServiceCategory: constant('AI and Machine Learning'),
  ServiceName: seller('service'),
  SubAccountId: department,
  SubAccountName: department,
  x_GroupBy: (_, report) => report.groupBy,
  x_GroupKey: (row) => row.key,
  x_Requests: (row) => row.measures.requests,
  x_InputTokens: (row) => row.measures.inputTokens,
  x_OutputTokens: (row) => row.measures.outputTokens,
  x_CacheReadTokens: (row) => row.measures.cacheReadTokens,
  x_CacheWriteTokens: (row) => row.measures.cacheWriteTokens,
};

const valuesOf = (report: CostReport, row: CostReportRow): Value[] =>
  Object.values(COLUMNS).map((valueOf) => valueOf(row, report));

const instant = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z');
