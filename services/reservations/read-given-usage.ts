import type { GivenUsage } from '../../contracts/given-usage.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { UnreadableUsageError } from '../../domain/provider-usage/gather-members.ts';
import type { Served } from '../../domain/provider-usage/meaning.ts';
import { readUsage, type UsagePart } from '../../domain/provider-usage/read-usage.ts';
import type { UsageFacts } from '../../domain/provider-usage/usage-table.ts';
import { addUsage, NO_TOKENS, type TokenUsage } from '../../domain/token-usage.ts';
import type { FieldError } from '../errors.ts';

/** Usage in one set of units, and everything else that a provider's report says. */
export type ReadUsage = {
  /** The sum of the parts. */
  usage: TokenUsage;
  parts: UsagePart[];
  served: Served;
  reportedNanoUsd?: NanoUsd | undefined;
  /** Fields that cannot be priced. */
  unread: string[];
};

/** Reads usage that a caller counted, or a provider's report. @returns the field that is wrong */
export function readGivenUsage(
  { usage, providerUsage, usageShape }: GivenUsage,
  facts: UsageFacts,
  field = '',
): ReadUsage | FieldError {
  if (!providerUsage) {
    if (!usage) return { field: `${field}usage`, message: 'is missing. Send it, or providerUsage' };
    return { usage, parts: [{ usage }], served: {}, unread: [] };
  }
  try {
    const { parts, unread, served, reportedNanoUsd } = readUsage(providerUsage, facts, usageShape);
    return {
      usage: sumOf(parts),
      parts,
      served,
      reportedNanoUsd,
      unread: unread.map((path) => `${field}providerUsage.${path}`),
    };
  } catch (error) {
    if (!(error instanceof UnreadableUsageError)) throw error;
    const path = error.path === '' ? '' : `.${error.path}`;
    return { field: `${field}providerUsage${path}`, message: error.message };
  }
}

/** The usage of all parts together. */
export function sumOf(parts: readonly UsagePart[]): TokenUsage {
  const [first, ...rest] = parts;
  return rest.reduce((sum, { usage }) => addUsage(sum, usage), first?.usage ?? NO_TOKENS);
}
