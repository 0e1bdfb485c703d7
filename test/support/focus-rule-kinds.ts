/* Kinds of rules of FOCUS about the rows of a file, for `focus-rules.ts`. */

/** An empty field is a null. */
export type FocusRow = Readonly<Record<string, string>>;

/** `broken`: rows that break the rule, made of good ones. */
export type FocusRule = {
  id: string;
  says: string;
  violations: (rows: readonly FocusRow[]) => FocusRow[];
  broken: (good: FocusRow) => FocusRow[];
};

/** A rule about each row for itself, with the fields that would break it. */
export const each = (
  id: string,
  says: string,
  holds: (row: FocusRow) => boolean,
  broken: FocusRow,
): FocusRule => ({
  id,
  says,
  violations: (rows) => rows.filter((row) => !holds(row)),
  broken: (good) => [{ ...good, ...broken }],
});

export const USAGE = { ChargeCategory: 'Usage', ChargeClass: '' };
export const ADJUSTMENT = { ChargeCategory: 'Adjustment', ChargeClass: '' };
export const isNull = (row: FocusRow, column: string): boolean => row[column] === '';
const isRegularUsage = (row: FocusRow): boolean =>
  row['ChargeCategory'] === 'Usage' && row['ChargeClass'] !== 'Correction';

export const present = (number: string, column: string): FocusRule => ({
  id: `CostAndUsage-D-${number}`,
  says: `${column} is a column`,
  violations: (rows) => rows.filter((row) => !(column in row)),
  broken: (good) => [Object.fromEntries(Object.entries(good).filter(([name]) => name !== column))],
});

export const never = (id: string, column: string): FocusRule =>
  each(id, `${column} is not null`, (row) => !isNull(row, column), { [column]: '' });

export const inUsage = (id: string, column: string): FocusRule =>
  each(
    id,
    `${column} is not null in usage that corrects nothing`,
    (row) => !isRegularUsage(row) || !isNull(row, column),
    { ...USAGE, [column]: '' },
  );

export const nullWith = (id: string, column: string, other: string): FocusRule =>
  each(
    id,
    `${column} is null if ${other} is`,
    (row) => !isNull(row, other) || isNull(row, column),
    { [other]: '', [column]: 'x' },
  );

export const presentWith = (id: string, column: string, other: string): FocusRule =>
  each(
    id,
    `${column} is not null if ${other} is not`,
    (row) => isNull(row, other) || !isNull(row, column),
    { [other]: 'x', [column]: '' },
  );

export const oneOf = (id: string, column: string, values: readonly string[]): FocusRule =>
  each(
    id,
    `${column} has an allowed value`,
    (row) => isNull(row, column) || values.includes(row[column] ?? ''),
    { [column]: 'Other than allowed' },
  );

const NUMBER = /^-?\d+(\.\d+)?(E-?\d+)?$/;
export const numeric = (id: string, column: string): FocusRule =>
  each(
    id,
    `${column} is a plain number`,
    (row) => isNull(row, column) || NUMBER.test(row[column] ?? ''),
    { [column]: '$1,000' },
  );

export const notNegative = (id: string, column: string): FocusRule =>
  each(id, `${column} is not negative`, (row) => isNull(row, column) || exact(row[column]) >= 0n, {
    [column]: '-1',
  });

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const instant = (id: string, column: string): FocusRule =>
  each(id, `${column} is an instant in UTC`, (row) => INSTANT.test(row[column] ?? ''), {
    [column]: '2026-11-01 00:00',
  });

const UNIT = /^(\d+ )?[A-Z][A-Za-z]*s$/;
export const unit = (id: string, column: string): FocusRule =>
  each(
    id,
    `${column} is a plural unit, with a whole number before it if one price buys several`,
    (row) => isNull(row, column) || UNIT.test(row[column] ?? ''),
    { [column]: '1.5 token' },
  );

/** The exact value of a decimal in parts of 10^-24, which is fine enough for a product of two. */
export function exact(text = ''): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(24, '0')}`);
}
const ONE = 10n ** 24n;

export const product = (id: string, price: string, cost: string): FocusRule =>
  each(
    id,
    `${price} times PricingQuantity is ${cost}, except in corrections`,
    (row) =>
      row['ChargeClass'] === 'Correction' ||
      isNull(row, price) ||
      isNull(row, 'PricingQuantity') ||
      exact(row[price]) * exact(row['PricingQuantity']) === exact(row[cost]) * ONE,
    { ...USAGE, [price]: '3', PricingQuantity: '0.5', [cost]: '1.6' },
  );

export const likeBilled = (id: string, cost: string, price: string): FocusRule =>
  each(
    id,
    `${cost} of a charge without ${price} is its billed cost`,
    (row) => !isNull(row, price) || exact(row[cost]) === exact(row['BilledCost']),
    { [price]: '', [cost]: '1', BilledCost: '2' },
  );

/** Each value of a column goes with one value of another one. */
export const oneFor = (id: string, column: string, other: string): FocusRule => ({
  id,
  says: `${column} has one ${other}`,
  violations: (rows) => {
    const first = new Map(rows.toReversed().map((row) => [row[column], row[other]]));
    return rows.filter((row) => !isNull(row, column) && first.get(row[column]) !== row[other]);
  },
  broken: (good) => [
    { ...good, [column]: 'a', [other]: 'b' },
    { ...good, [column]: 'a', [other]: 'c' },
  ],
});

export function isKeyValue(text: string): boolean {
  if (text === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && Object.values(value).every((inner) => typeof inner !== 'object' || !inner);
  } catch {
    return false;
  }
}
export const keyValue = (id: string, column: string): FocusRule =>
  each(id, `${column} is a JSON object of plain values`, (row) => isKeyValue(row[column] ?? ''), {
    [column]: '{"a":{"b":1}}',
  });
