import { addUsage, BILLED_UNIT_NAMES, NO_TOKENS, type TokenUsage } from '../token-usage.ts';
import { ContradictoryUsageError, type Gathered, type GatheredPart } from './gather-members.ts';
import type { UsageTable } from './usage-table.ts';

type Part = { model?: string | undefined; usage: TokenUsage };
type CountedPart = Part & { name: string; path: string };
type Parts = { parts: Part[]; unread: string[] };

/**
 * The usages that a report consists of.
 * @throws ContradictoryUsageError if they do not agree with the report's own counts
 */
export function partsOf(
  { parts: relation = 'sum' }: UsageTable,
  gathered: Gathered,
  countOf: (gathered: Gathered) => TokenUsage,
): Parts {
  const unread = gathered.parts.flatMap((part) => part.unread);
  const counted = gathered.parts.map((part: GatheredPart): CountedPart => ({
    name: part.name,
    path: part.path,
    ...(part.model === undefined ? {} : { model: part.model }),
    usage: countOf(part),
  }));
  if (relation === 'models') {
    if (counted.length === 0) throw new ContradictoryUsageError('names no model');
    return { parts: counted.map(partOf), unread };
  }
  const whole = countOf(gathered);
  if (counted.length === 0) return { parts: [{ usage: whole }], unread };
  return relation === 'iterations'
    ? iterationParts(whole, counted, unread)
    : { parts: requireSum(whole, counted).map(partOf), unread };
}

const partOf = ({ model, usage }: Part): Part =>
  model === undefined ? { usage } : { model, usage };

const sumOf = (parts: readonly Part[]): TokenUsage =>
  parts.map(({ usage }) => usage).reduce(addUsage, NO_TOKENS);

const TOKENS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;

const isEqual = (a: TokenUsage, b: TokenUsage): boolean =>
  [...TOKENS, 'cacheWriteOneHourTokens' as const, ...BILLED_UNIT_NAMES].every(
    (name) => (a[name] ?? 0) === (b[name] ?? 0),
  );

function requireSum(whole: TokenUsage, parts: readonly CountedPart[]): readonly CountedPart[] {
  if (isEqual(whole, sumOf(parts))) return parts;
  throw new ContradictoryUsageError(
    `the parts use ${tokensText(sumOf(parts))}, but the whole uses ${tokensText(whole)}`,
  );
}

const tokensText = (usage: TokenUsage): string =>
  TOKENS.map((name) => `${name} ${usage[name]}`).join(', ');

/**
 * Iterations of Anthropic's Messages. Each is billed: by its own model, if it names one. Where a
 * fallback model answered, attempts of other models failed and are free. The whole repeats the
 * answering iterations, without compaction and advice.
 */
function iterationParts(
  whole: TokenUsage,
  iterations: readonly CountedPart[],
  unread: readonly string[],
): Parts {
  const unknown = iterations.filter(({ name }) => !BILLED.has(name));
  const serving = iterations.findLast(({ name }) => name === 'fallback_message')?.model;
  const hasFallback = iterations.some(({ name }) => name === 'fallback_message');
  const isFailed = ({ name, model }: CountedPart): boolean =>
    hasFallback && name === 'message' && model !== serving;
  const billed = iterations.filter((each) => !isFailed(each));
  requireWhole(whole, iterations);
  const [first, ...rest] = billed;
  const units = unitsOf(whole);
  const parts = first
    ? [{ ...partOf(first), usage: addUsage(first.usage, units) }, ...rest.map(partOf)]
    : [{ usage: whole }];
  return { parts, unread: [...unread, ...unknown.map(({ path }) => `${path}.type`)] };
}

const BILLED = new Set(['message', 'fallback_message', 'compaction', 'advisor_message']);

/**
 * The whole may count only some of the iterations, but never more than they do.
 * @throws ContradictoryUsageError if iterations would hide what the whole counts
 */
function requireWhole(whole: TokenUsage, iterations: readonly CountedPart[]): void {
  const sum = sumOf(iterations);
  const kinds = [...TOKENS, 'cacheWriteOneHourTokens'] as const;
  if (kinds.every((name) => (whole[name] ?? 0) <= (sum[name] ?? 0))) return;
  throw new ContradictoryUsageError(
    `the iterations use ${tokensText(sum)}, but the whole uses ${tokensText(whole)}`,
  );
}

/** Only the whole counts what tools did. */
const unitsOf = (usage: TokenUsage): TokenUsage => ({
  ...NO_TOKENS,
  ...Object.fromEntries(
    BILLED_UNIT_NAMES.flatMap((unit) => (usage[unit] === undefined ? [] : [[unit, usage[unit]]])),
  ),
});
