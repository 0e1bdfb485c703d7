import type { Posting } from '../ledger/posting.ts';
import type { DisplayNames } from '../naming/display-name.ts';
import { spelledPrincipals } from '../naming/spelling.ts';
import { formatUsd, type NanoUsd } from '../money.ts';
import { type TokenUsage, unitCounts } from '../token-usage.ts';
import { csvLine, tagsText } from './csv.ts';
import { valueIn } from './dimensions.ts';

type Value = string | bigint | null;

const text = (value: string | undefined): Value => value ?? null;
const whole = (value: number | undefined): Value => (value === undefined ? null : BigInt(value));
const decimal = (value: number | undefined): Value => (value === undefined ? null : String(value));
const usd = (value: NanoUsd | undefined): Value => (value === undefined ? null : formatUsd(value));
const instant = (ms: number): string => new Date(ms).toISOString();

/** Columns have the names of the API's usage record. */
const COLUMNS: Record<string, (posting: Posting, nameOf: DisplayNames) => Value> = {
  recordId: ({ postingId }) => postingId,
  requestId: ({ entryId }) => entryId,
  kind: ({ kind }) => kind,
  at: ({ occurredAtMs }) => instant(occurredAtMs),
  postedAt: ({ postedAtMs }) => instant(postedAtMs),
  system: (posting) => spelledPrincipals(posting).system,
  userId: (posting) => spelledPrincipals(posting).userId,
  departmentId: (posting) => text(spelledPrincipals(posting).departmentId),
  operation: ({ operation }) => text(operation),
  model: ({ model }) => model,
  region: ({ region }) => text(region),
  costUsd: ({ amountNanoUsd }) => formatUsd(amountNanoUsd),
  disputedUsd: ({ disputedNanoUsd }) => usd(disputedNanoUsd),
  inputTokens: ({ usage }) => whole(usage.inputTokens),
  outputTokens: ({ usage }) => whole(usage.outputTokens),
  cacheReadTokens: ({ usage }) => whole(usage.cacheReadTokens),
  cacheWriteTokens: ({ usage }) => whole(usage.cacheWriteTokens),
  cacheWriteOneHourTokens: ({ usage }) => whole(usage.cacheWriteOneHourTokens),
  images: ({ usage }) => whole(usage.images),
  queries: ({ usage }) => whole(usage.queries),
  expectedCostUsd: ({ expectedCostNanoUsd }) => usd(expectedCostNanoUsd),
  reservedUsd: ({ reservedNanoUsd }) => usd(reservedNanoUsd),
  latencyMs: ({ latencyMs }) => decimal(latencyMs),
  quality: ({ quality }) => decimal(quality),
  requestedModel: ({ given }) => text(given?.model),
  delivery: (posting) => valueIn('delivery', posting),
  deviations: ({ deviations }) => text(deviations?.join(' ')),
  units: ({ usage }) => furtherUnits(usage),
  savedUsd: ({ savedNanoUsd }) => usd(savedNanoUsd),
  lostCacheUsd: ({ lostCacheNanoUsd }) => usd(lostCacheNanoUsd),
  serviceTier: ({ terms }) => terms?.tier ?? 'standard',
  maxOutputTokens: ({ maxOutputTokens }) => whole(maxOutputTokens),
  reasoningOutputTokens: ({ answer }) => whole(answer?.reasoningOutputTokens),
  urgency: ({ traits }) => text(traits?.urgency),
  attempt: ({ traits }) => whole(traits?.attempt),
  promptHash: ({ traits }) => text(traits?.promptHash),
  prefixHash: ({ traits }) => text(traits?.prefix?.hash),
  prefixTokens: ({ traits }) => whole(traits?.prefix?.tokens),
  status: ({ answer }) => text(answer?.status),
  finishReason: ({ answer }) => text(answer?.finishReason),
  cacheHit: ({ answer }) => String(answer?.isCacheHit ?? false),
  tags: ({ tags }) => text(tags && tagsText(tags)),
  userName: ({ userId }, nameOf) => text(nameOf({ scope: 'user', scopeId: userId })),
  departmentName: ({ departmentId }, nameOf) =>
    text(departmentId && nameOf({ scope: 'department', scopeId: departmentId })),
  systemName: ({ system }, nameOf) => text(nameOf({ scope: 'system', scopeId: system })),
};

/** Units besides images and queries: `webSearches=3 videoSeconds=8`. */
function furtherUnits(usage: TokenUsage): Value {
  const counts = unitCounts({ ...usage, images: undefined, queries: undefined });
  return counts.map(([unit, count]) => `${unit}=${count}`).join(' ');
}

/** The header line for usage records. */
export const usageCsvHeader = (): string => csvLine(Object.keys(COLUMNS));

/** One usage record as a line, with the display names of its user, department and system. */
export const usageCsvLine = (posting: Posting, nameOf: DisplayNames): string =>
  csvLine(Object.values(COLUMNS).map((valueOf) => valueOf(posting, nameOf)));
