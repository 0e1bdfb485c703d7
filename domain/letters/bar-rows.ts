import { centUsd, type NanoUsd } from '../money.ts';
import { type LetterRow, shareOf } from './letter.ts';

const BAR_CHARACTERS = 30;

/** Amounts with bars, the highest one full. */
export function barRows(
  amounts: readonly (readonly [name: string, amount: NanoUsd])[],
): LetterRow[] {
  const most = amounts.reduce((highest, [, amount]) => (amount > highest ? amount : highest), 0n);
  return amounts.map(([name, amount]) => ({
    name,
    value: centUsd(amount),
    share: shareOf(amount, most),
  }));
}

/** Rows as plain text: the amount, a bar, the name. */
export function textRows(rows: readonly LetterRow[]): string[] {
  const width = Math.max(0, ...rows.map(({ value }) => value.length));
  return rows.map(({ name, value, share = 0 }) => {
    const bar = '#'.repeat(Math.floor((share * BAR_CHARACTERS) / 1_000));
    return `  ${value.padStart(width)}  ${bar.padEnd(BAR_CHARACTERS)}  ${name}`;
  });
}
