import type { CountUnit } from '../ledger/counts.ts';
import { apartThousands, centUsd, formatUsd } from '../money.ts';

/**
 * What spend and its limit are measured in: requests or tokens, if `unit` is set, else nano-dollars.
 */
export type Measured = { unit?: CountUnit | undefined };

/** An amount without its unit, as people write it: `5.00`, `8,000`. */
export const amountText = ({ unit }: Measured, amount: bigint): string =>
  unit === undefined ? centUsd(amount) : apartThousands(amount);

/** An amount in its unit: `5.00 USD`, `80 requests`. */
export const unitAmountText = (measured: Measured, amount: bigint): string =>
  `${amountText(measured, amount)} ${unitText(measured)}`;

/** What was spent of a limit: `spent 12.00 of 10.00 USD`, `used 80 of 100 requests`. */
export const spentOfText = (measured: Measured, spent: bigint, limit: bigint): string =>
  `${spentVerb(measured)} ${amountText(measured, spent)} of ${unitAmountText(measured, limit)}`;

export const spentVerb = ({ unit }: Measured): string => (unit === undefined ? 'spent' : 'used');

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
