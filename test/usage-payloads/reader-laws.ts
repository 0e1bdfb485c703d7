import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { UnreadableUsageError } from '../../domain/provider-usage/gather-members.ts';
import type { readUsage } from '../../domain/provider-usage/read-usage.ts';
import { BILLED_UNIT_NAMES } from '../../domain/token-usage.ts';
import type { Edit, Leaf, Subject } from './edits.ts';

export type Reader = typeof readUsage;

/** Prices for everything, all different, so that a number that counts otherwise changes the price. */
const RATE: Rate = {
  inputNanoUsdPerMillion: 1_000_000_000n,
  outputNanoUsdPerMillion: 5_000_000_000n,
  cacheReadNanoUsdPerMillion: 100_000_000n,
  cacheWriteNanoUsdPerMillion: 1_250_000_000n,
  cacheWriteOneHourNanoUsdPerMillion: 2_000_000_000n,
  units: Object.fromEntries(
    BILLED_UNIT_NAMES.map((unit, index) => [unit, 7_000_000_000n + BigInt(index) * 1_000_000n]),
  ),
};

const namesIn = (text: string) => new Set(text.trim().split(/\s+/));

/** Members that no provider bills. */
const FREE_NAMES = namesIn(`
  latencyMs invocationLatency firstByteLatency content-length
  x-amzn-bedrock-invocation-latency duration_ms duration_api_ms num_turns total_duration
  load_duration prompt_eval_duration eval_duration context queue_time prompt_time
  completion_time total_time requests index contextWindow maxOutputTokens doc_size_bytes
  num_server_side_tools_used embedding float version
`);
/** Members whose numbers other members count. */
const FREE_ABOVE = new Set(['raw', 'delta', 'tokens', 'context_details']);
/** What a provider charges: reported beside the price, never part of it. */
const COST = new Set(['cost', 'costUSD', 'total_cost', 'total_cost_usd', 'cost_in_usd_ticks']);
const PART_OF_COST = /(?<!total)_cost$/;
/** Parts of counts that cost the same as the rest of them. */
const BREAKDOWN = namesIn(`
  text_tokens image_tokens thinking_tokens noCacheTokens textTokens
  accepted_prediction_tokens rejected_prediction_tokens prompt_cache_miss_tokens text
  noCache textToken tokenCount token_count ephemeral_5m_input_tokens reasoning_tokens
  reasoning_output_tokens reasoning toolUsePromptTokenCount
`);

const isFree = ({ path, name }: Leaf, { report }: Subject): boolean =>
  FREE_NAMES.has(name) ||
  PART_OF_COST.test(name) ||
  path.some((step) => FREE_ABOVE.has(step)) ||
  ('modelUsage' in report && (path[0] === 'usage' || name === 'costUSD')) ||
  (name === 'cached_tokens' && textOf(report).includes('billed_units'));

/** Whether the price cannot show a small change of the number. */
const isCovered = (leaf: Leaf, { report }: Subject): boolean =>
  COST.has(leaf.name) ||
  BREAKDOWN.has(leaf.name) ||
  leaf.path.includes('cacheDetails') ||
  // Iterations count, and the whole repeats them. An attempt before a fallback is free.
  ('iterations' in report &&
    (!leaf.path.includes('iterations') ||
      (leaf.path[1] === '0' && textOf(report).includes('fallback_message'))));

const textOf = (report: object): string => JSON.stringify(report);

export type Outcome =
  { kind: 'refused' | 'unread'; why: string } | { kind: 'priced'; nanoUsd: bigint };

/** What a reader makes of a report. Errors that it does not declare are thrown on. */
export function outcomeOf(read: Reader, report: object, model: string): Outcome {
  try {
    const { parts, unread } = read(report, { model });
    if (unread.length > 0) return { kind: 'unread', why: unread.join(', ') };
    const nanoUsd = parts.reduce((sum, { usage }) => sum + costOf(usage, RATE), 0n);
    return { kind: 'priced', nanoUsd };
  } catch (error) {
    if (error instanceof UnreadableUsageError) return { kind: 'refused', why: error.message };
    throw error;
  }
}

/** The law that an edit breaks, if it does. Everything that is refused or named is fine. */
export function brokenLaw(
  subject: Subject,
  edit: Edit,
  leaf: Leaf,
  before: bigint,
  after: Outcome,
): string | undefined {
  if (after.kind !== 'priced' || isFree(leaf, subject)) return undefined;
  const isCheaper = after.nanoUsd < before;
  switch (edit.kind) {
    case 'add':
      return 'a number that nobody knows is named';
    case 'negate':
      return 'a negative number is refused';
    case 'enlarge':
      return COST.has(leaf.name) ? undefined : 'an impossible number is refused';
    case 'rename':
    case 'halve':
    case 'quote':
      return isCheaper ? 'no such change lowers the price in silence' : undefined;
    case 'remove':
      return isCheaper && isInTotal(leaf, subject)
        ? 'a total replaces a count that is missing'
        : undefined;
    case 'lower':
      if (isTotal(leaf, subject)) return 'a total that its parts exceed is refused';
      // The total, or the calls that the response shows, count instead.
      if (isInTotal(leaf, subject) || leaf.name.endsWith('_calls')) return undefined;
      return isUnmoved() ? 'a number that is billed counts' : undefined;
    case 'raise':
      return isUnmoved() ? 'a number that is billed counts' : undefined;
  }
  function isUnmoved(): boolean {
    return after.kind === 'priced' && after.nanoUsd === before && !isCovered(leaf, subject);
  }
}

const TOTAL = /^(?:total_?tokens|total_?token_?count)$/i;

const isTotal = ({ name }: Leaf, { leaves }: Subject): boolean =>
  TOTAL.test(name) && leaves.length > 1;

/** Whether a leaf counts all input or output, and a total includes it. */
const isInTotal = ({ name, path }: Leaf, { leaves }: Subject): boolean =>
  /^(?:input|output|prompt|completion|candidates|response)_?token(?:s|_?count)$/i.test(name) &&
  !path.includes('cacheDetails') &&
  leaves.some((leaf) => TOTAL.test(leaf.name));
