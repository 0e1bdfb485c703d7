import type { GivenUsage } from '../../contracts/given-usage.ts';
import type { FinishReason } from '../../domain/ledger/request-traits.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { finishReasonIn } from '../../domain/provider-usage/finish-reason.ts';
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
  /** See `AnswerTraits`. */
  reasoningOutputTokens?: number | undefined;
  finishReason?: FinishReason | undefined;
  /** Fields that cannot be priced. */
  unread: string[];
};

/** Reads usage that a caller counted, or a provider's report. @returns the field that is wrong */
export function readGivenUsage(
  {
    usage: given,
    providerUsage,
    usageShape,
    cacheHit,
  }: GivenUsage & { cacheHit?: boolean | undefined },
  facts: UsageFacts,
  field = '',
): ReadUsage | FieldError {
  if (!providerUsage) {
    const counted = given ?? (cacheHit === true ? NO_TOKENS : undefined);
    if (!counted) {
      return { field: `${field}usage`, message: 'is missing. Send it, or providerUsage' };
    }
    const { reasoningOutputTokens, ...usage } = { reasoningOutputTokens: undefined, ...counted };
    return { usage, parts: [{ usage }], served: {}, reasoningOutputTokens, unread: [] };
  }
  try {
    const { parts, unread, ...said } = readUsage(providerUsage, facts, usageShape);
    return {
      usage: sumOf(parts),
      parts,
      served: said.served,
      reportedNanoUsd: said.reportedNanoUsd,
      reasoningOutputTokens: said.reasoningOutputTokens,
      finishReason: finishReasonIn(providerUsage),
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
