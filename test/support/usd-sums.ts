import { formatUsd, parseUsd } from '../../domain/money.ts';

const nano = (text: string): bigint => parseUsd(text) ?? -1n;

/** Sums of amounts as texts, exact. */
export const sum = (a: string, b: string): string => formatUsd(nano(a) + nano(b));
export const difference = (a: string, b: string): string => formatUsd(nano(a) - nano(b));
