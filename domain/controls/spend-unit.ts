import type { CountUnit } from '../ledger/counts.ts';
import { formatUsd, shortUsd } from '../money.ts';

/**
 * What spend and its limit are measured in: requests or tokens, if `unit` is set, else nano-dollars.
 */
export type Measured = { unit?: CountUnit | undefined };

/** An amount in its unit, exact: `5.000000000 USD`, `80 requests`. */
export const exactText = ({ unit }: Measured, amount: bigint): string =>
  unit === undefined ? `${formatUsd(amount)} USD` : `${amount} ${unit}`;

/** An amount without its unit, as people read it: `5.00`, `80`. */
export const shortText = ({ unit }: Measured, amount: bigint): string =>
  unit === undefined ? shortUsd(amount) : String(amount);

/** The line of an alert that says how much was spent, or how many requests or tokens were used. */
export const spentLine = ({ unit }: Measured, text: string): string =>
  unit === undefined ? `Spent:      ${text}` : `Used:       ${text}`;

/** Spend and its limit under names that tell programs their unit. */
export const measuredMembers = (
  measured: Measured,
  spent: bigint,
  limit: bigint,
): { spentUsd: string; limitUsd: string } | { unit: CountUnit; used: number; limit: number } =>
  measured.unit === undefined
    ? { spentUsd: formatUsd(spent), limitUsd: formatUsd(limit) }
    : { unit: measured.unit, used: Number(spent), limit: Number(limit) };

/** `USD`, `requests` or `tokens`. */
export const unitText = ({ unit }: Measured): string => unit ?? 'USD';
