import {
  ADJUSTMENT,
  each,
  exact,
  instant,
  inUsage,
  isKeyValue,
  isNull,
  keyValue,
  likeBilled,
  never,
  notNegative,
  nullWith,
  numeric,
  oneFor,
  oneOf,
  present,
  presentWith,
  product,
  unit,
  type FocusRow,
  type FocusRule,
} from './focus-rule-kinds.ts';

/*
 * The rules of FOCUS 1.2 that a file of Purser can break, by the ids of the requirements model 1.2.0.1
 * (focus_validator/rules/model-1.2.0.1.json of github.com/finopsfoundation/focus_validator), which
 * states what github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec requires of a data set of cost and
 * usage. Left out: columns of what Purser does not have (commitments, capacity reservations, resources,
 * availability zones, other currencies, several kinds of accounts), what may be, and what no reader of
 * a file can see.
 */

const PRESENT: readonly (readonly [string, string])[] = [
  ['004-C', 'ListUnitPrice'],
  ['005-M', 'BillingAccountName'],
  ['006-M', 'BilledCost'],
  ['008-M', 'ChargeCategory'],
  ['009-M', 'BillingPeriodStart'],
  ['010-M', 'BillingPeriodEnd'],
  ['011-C', 'ConsumedQuantity'],
  ['019-C', 'SubAccountId'],
  ['021-M', 'PublisherName'],
  ['022-C', 'PricingCategory'],
  ['023-M', 'InvoiceIssuerName'],
  ['024-M', 'BillingAccountId'],
  ['025-M', 'ChargeDescription'],
  ['026-M', 'ChargeClass'],
  ['027-O', 'ChargeFrequency'],
  ['028-M', 'ChargePeriodEnd'],
  ['029-C', 'SubAccountName'],
  ['030-M', 'ContractedCost'],
  ['031-M', 'EffectiveCost'],
  ['032-M', 'ListCost'],
  ['033-O', 'InvoiceId'],
  ['034-C', 'ContractedUnitPrice'],
  ['035-M', 'BillingCurrency'],
  ['036-M', 'PricingQuantity'],
  ['037-M', 'ChargePeriodStart'],
  ['038-M', 'ProviderName'],
  ['040-M', 'ServiceCategory'],
  ['041-M', 'ServiceName'],
  ['042-O', 'ServiceSubcategory'],
  ['058-C', 'SkuPriceId'],
  ['059-C', 'SkuMeter'],
  ['060-C', 'SkuId'],
  ['061-C', 'SkuPriceDetails'],
  ['062-C', 'RegionName'],
  ['063-C', 'RegionId'],
  ['064-C', 'Tags'],
  ['066-C', 'ConsumedUnit'],
  ['068-M', 'PricingUnit'],
];
const COLUMNS = new Set(PRESENT.map(([, column]) => column));

const AI_SUBCATEGORIES = [
  'AI Platforms',
  'Bots',
  'Generative AI',
  'Machine Learning',
  'Natural Language Processing',
  'Other (AI and Machine Learning)',
];

const monthOf = (instantText = ''): string => instantText.slice(0, 7);

export const FOCUS_RULES: readonly FocusRule[] = [
  ...PRESENT.map(([number, column]) => present(number, column)),
  {
    id: 'ColumnHandling-A-000-M',
    says: 'columns are those of FOCUS, and then own ones that begin with x_',
    violations: (rows) =>
      rows.filter((row) => {
        const names = Object.keys(row);
        const firstOwn = names.findIndex((name) => !COLUMNS.has(name));
        const own = firstOwn === -1 ? [] : names.slice(firstOwn);
        return own.some((name) => COLUMNS.has(name) || !/^x_[A-Z][A-Za-z]*$/.test(name));
      }),
    broken: (good) => [{ Requests: '1', ...good }],
  },
  each(
    'NullHandling-A-000-M',
    'no text stands for a missing value',
    (row) =>
      !Object.values(row).some((value) =>
        /^(n\/a|null|none|\(none\)|unknown.*|not applicable| +)$/i.test(value),
      ),
    { ProviderName: 'Unknown provider' },
  ),
  numeric('BilledCost-C-002-M', 'BilledCost'),
  never('BilledCost-C-003-M', 'BilledCost'),
  each(
    'BilledCost-C-005-C',
    'what another issues an invoice for costs nothing',
    (row) => row['ProviderName'] === row['InvoiceIssuerName'] || exact(row['BilledCost']) === 0n,
    { ProviderName: 'a', InvoiceIssuerName: 'b', BilledCost: '1' },
  ),
  never('BillingAccountId-C-001-M', 'BillingAccountId'),
  never('BillingAccountName-C-003-C', 'BillingAccountName'),
  oneOf('BillingCurrency-C-003-M', 'BillingCurrency', ['USD']),
  never('BillingCurrency-C-004-M', 'BillingCurrency'),
  instant('BillingPeriodStart-C-002-M', 'BillingPeriodStart'),
  instant('BillingPeriodEnd-C-002-M', 'BillingPeriodEnd'),
  each(
    'BillingPeriodEnd-C-004-M',
    'a billing period is a calendar month, and its end is not part of it',
    ({ BillingPeriodStart: start = '', BillingPeriodEnd: end = '' }) => {
      const next = new Date(start);
      next.setUTCMonth(next.getUTCMonth() + 1);
      return start.endsWith('-01T00:00:00Z') && next.getTime() === Date.parse(end);
    },
    { BillingPeriodStart: '2026-10-01T00:00:00Z', BillingPeriodEnd: '2026-10-31T23:59:59Z' },
  ),
  never('ChargeCategory-C-002-M', 'ChargeCategory'),
  oneOf('ChargeCategory-C-003-M', 'ChargeCategory', [
    'Usage',
    'Purchase',
    'Tax',
    'Credit',
    'Adjustment',
  ]),
  each(
    'ChargeClass-C-003-C',
    'what happened in its billing period is no correction of an earlier one',
    (row) =>
      isNull(row, 'ChargeClass') ||
      monthOf(row['ChargePeriodStart']) < monthOf(row['BillingPeriodStart']),
    {
      ChargeClass: 'Correction',
      ChargePeriodStart: '2026-11-02',
      BillingPeriodStart: '2026-11-01',
    },
  ),
  each(
    'ChargeClass-C-004-C',
    'what happened in an earlier billing period corrects that',
    (row) =>
      !isNull(row, 'ChargeClass') ||
      monthOf(row['ChargePeriodStart']) === monthOf(row['BillingPeriodStart']),
    { ChargeClass: '', ChargePeriodStart: '2026-10-02', BillingPeriodStart: '2026-11-01' },
  ),
  oneOf('ChargeClass-C-005-C', 'ChargeClass', ['Correction']),
  never('ChargeDescription-C-003-O', 'ChargeDescription'),
  never('ChargeFrequency-C-002-M', 'ChargeFrequency'),
  oneOf('ChargeFrequency-C-003-M', 'ChargeFrequency', ['One-Time', 'Recurring', 'Usage-Based']),
  instant('ChargePeriodStart-C-002-M', 'ChargePeriodStart'),
  instant('ChargePeriodEnd-C-002-M', 'ChargePeriodEnd'),
  each(
    'ChargePeriodEnd-C-004-M',
    'a charge period ends after it starts',
    ({ ChargePeriodStart: start = '', ChargePeriodEnd: end = '' }) => start < end,
    { ChargePeriodStart: '2026-10-01T01:00:00Z', ChargePeriodEnd: '2026-10-01T01:00:00Z' },
  ),
  numeric('ConsumedQuantity-C-002-M', 'ConsumedQuantity'),
  each(
    'ConsumedQuantity-C-004-C',
    'only usage consumes',
    (row) => row['ChargeCategory'] === 'Usage' || isNull(row, 'ConsumedQuantity'),
    { ...ADJUSTMENT, ConsumedQuantity: '1' },
  ),
  inUsage('ConsumedQuantity-C-006-C', 'ConsumedQuantity'),
  unit('ConsumedUnit-C-003-O', 'ConsumedUnit'),
  nullWith('ConsumedUnit-C-005-C', 'ConsumedUnit', 'ConsumedQuantity'),
  presentWith('ConsumedUnit-C-006-C', 'ConsumedUnit', 'ConsumedQuantity'),
  numeric('ContractedCost-C-002-M', 'ContractedCost'),
  never('ContractedCost-C-003-M', 'ContractedCost'),
  likeBilled('ContractedCost-C-008-C', 'ContractedCost', 'ContractedUnitPrice'),
  product('ContractedCost-C-009-C', 'ContractedUnitPrice', 'ContractedCost'),
  numeric('ContractedUnitPrice-C-003-M', 'ContractedUnitPrice'),
  inUsage('ContractedUnitPrice-C-006-C', 'ContractedUnitPrice'),
  notNegative('ContractedUnitPrice-C-009-C', 'ContractedUnitPrice'),
  numeric('EffectiveCost-C-002-M', 'EffectiveCost'),
  never('EffectiveCost-C-003-M', 'EffectiveCost'),
  each(
    'EffectiveCost-C-010-C',
    'a charge that is no usage costs what it bills',
    (row) =>
      row['ChargeCategory'] === 'Usage' || exact(row['EffectiveCost']) === exact(row['BilledCost']),
    { ...ADJUSTMENT, EffectiveCost: '1', BilledCost: '2' },
  ),
  each('InvoiceId-C-004-C', 'Purser issues no invoice', (row) => isNull(row, 'InvoiceId'), {
    InvoiceId: '7',
  }),
  never('InvoiceIssuerName-C-003-M', 'InvoiceIssuerName'),
  keyValue('KeyValueFormat-A-000-M', 'Tags'),
  numeric('ListCost-C-002-M', 'ListCost'),
  never('ListCost-C-003-M', 'ListCost'),
  likeBilled('ListCost-C-008-C', 'ListCost', 'ListUnitPrice'),
  product('ListCost-C-009-C', 'ListUnitPrice', 'ListCost'),
  numeric('ListUnitPrice-C-002-M', 'ListUnitPrice'),
  inUsage('ListUnitPrice-C-005-C', 'ListUnitPrice'),
  notNegative('ListUnitPrice-C-008-M', 'ListUnitPrice'),
  inUsage('PricingCategory-C-004-C', 'PricingCategory'),
  oneOf('PricingCategory-C-007-M', 'PricingCategory', [
    'Standard',
    'Dynamic',
    'Committed',
    'Other',
  ]),
  numeric('PricingQuantity-C-002-M', 'PricingQuantity'),
  inUsage('PricingQuantity-C-005-C', 'PricingQuantity'),
  unit('PricingUnit-C-003-O', 'PricingUnit'),
  nullWith('PricingUnit-C-005-C', 'PricingUnit', 'PricingQuantity'),
  presentWith('PricingUnit-C-006-C', 'PricingUnit', 'PricingQuantity'),
  never('ProviderName-C-003-M', 'ProviderName'),
  never('PublisherName-C-003-M', 'PublisherName'),
  nullWith('RegionName-C-004-C', 'RegionName', 'RegionId'),
  presentWith('RegionName-C-005-C', 'RegionName', 'RegionId'),
  never('ServiceCategory-C-002-M', 'ServiceCategory'),
  oneOf('ServiceCategory-C-003-M', 'ServiceCategory', ['AI and Machine Learning']),
  never('ServiceName-C-003-M', 'ServiceName'),
  oneFor('ServiceName-C-005-C', 'ServiceName', 'ServiceCategory'),
  oneFor('ServiceName-C-008-C', 'ServiceName', 'ServiceSubcategory'),
  never('ServiceSubcategory-C-002-M', 'ServiceSubcategory'),
  oneOf('ServiceSubcategory-C-004-M', 'ServiceSubcategory', AI_SUBCATEGORIES),
  inUsage('SkuId-C-005-C', 'SkuId'),
  nullWith('SkuMeter-C-004-C', 'SkuMeter', 'SkuId'),
  presentWith('SkuMeter-C-005-C', 'SkuMeter', 'SkuId'),
  oneFor('SkuMeter-C-006-O', 'SkuId', 'SkuMeter'),
  keyValue('SkuPriceDetails-C-001-M', 'SkuPriceDetails'),
  nullWith('SkuPriceDetails-C-004-C', 'SkuPriceDetails', 'SkuPriceId'),
  oneFor('SkuPriceDetails-C-007-M', 'SkuPriceId', 'SkuPriceDetails'),
  each(
    'SkuPriceDetails-C-017-C',
    'own keys of SkuPriceDetails begin with x_',
    ({ SkuPriceDetails: text = '' }) =>
      !isKeyValue(text) ||
      Object.keys((JSON.parse(text || '{}') as object | null) ?? {}).every((key) =>
        key.startsWith('x_'),
      ),
    { SkuPriceDetails: '{"Model":"a"}' },
  ),
  inUsage('SkuPriceId-C-005-C', 'SkuPriceId'),
  oneFor('SkuPriceId-C-008-M', 'SkuPriceId', 'SkuId'),
  nullWith('SubAccountName-C-004-C', 'SubAccountName', 'SubAccountId'),
  presentWith('SubAccountName-C-005-C', 'SubAccountName', 'SubAccountId'),
];

/** The rules that rows break, each with its first row. */
export const brokenRules = (rows: readonly FocusRow[]): string[] =>
  FOCUS_RULES.flatMap(({ id, says, violations }) => {
    const [first] = violations(rows);
    return first ? [`${id} (${says}): ${JSON.stringify(first)}`] : [];
  });
