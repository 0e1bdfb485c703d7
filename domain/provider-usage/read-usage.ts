import type { NanoUsd } from '../money.ts';
import { BILLED_UNIT_NAMES, type TokenUsage } from '../token-usage.ts';
import { countUsage } from './count-usage.ts';
import { memberAt, unwrapUsage } from './envelope.ts';
import { type Gathered, gatherMembers, UnreadableUsageError } from './gather-members.ts';
import type { Served } from './meaning.ts';
import { searchesOf, type ToolUse } from './tools-in-response.ts';
import { partsOf } from './usage-parts.ts';
import { tableOf, USAGE_SHAPES, type UsageShape } from './usage-shapes.ts';
import type { UsageFacts, UsageTable } from './usage-table.ts';

/** What one model used. Without a model, it is the request's. */
export type UsagePart = { model?: string | undefined; usage: TokenUsage };

/** What a provider's report says, as far as it affects money. */
export type UsageReading = {
  shape: UsageShape;
  /** At least one. Each is priced separately and names its model if there are several. */
  parts: UsagePart[];
  served: Served;
  /** What the provider says that it charges. */
  reportedNanoUsd?: NanoUsd | undefined;
  /** The part of the output that was reasoning, if the report says. */
  reasoningOutputTokens?: number | undefined;
  /** Paths of members with numbers that have no meaning here, or words that are unknown. */
  unread: string[];
};

/** The result of reading a report in one shape. `failure` says why that is impossible. */
type Attempt = {
  shape: UsageShape;
  isMarked: boolean;
  unread: number;
  reading?: UsageReading;
  failure?: UnreadableUsageError;
};

/**
 * Reads a provider's usage object, a response that holds one, or the last event of a stream. A
 * shape is recognized by the members that only it has. If several shapes can read every member, they
 * must agree on the meaning.
 * @param shape the shape, if the caller knows it
 * @throws UnreadableUsageError if it has no known shape, more than one, or invalid members
 */
export function readUsage(report: object, facts: UsageFacts, shape?: UsageShape): UsageReading {
  const shapes = shape === undefined ? USAGE_SHAPES : [shape];
  const isOfShape = (candidate: object): boolean =>
    shapes.some((name) => hasShape(candidate, tableOf(name)));
  const { usage, path, beside } = unwrapUsage(report, isOfShape);
  const candidates =
    shape === undefined ? shapes.filter((name) => hasShape(usage, tableOf(name))) : shapes;
  const attempts = candidates.map((name) => attempt(usage, facts, name));
  const { reading, failure } = chosen(attempts) ?? {};
  if (failure && (failure.path === '' || path === '')) throw failure;
  if (failure) throw new UnreadableUsageError(within(path, failure.path), failure.message);
  if (!reading) {
    throw new UnreadableUsageError('', 'has no known shape. Name one in usageShape, or send usage');
  }
  const unread = reading.unread.map((member) => within(path, member));
  if (!beside) return { ...reading, unread };
  return {
    ...reading,
    parts: withTools(reading.parts, beside.tools, facts),
    served: { ...reading.served, ...beside.served },
    reportedNanoUsd: reading.reportedNanoUsd ?? beside.reportedNanoUsd,
    unread: [...unread, ...beside.unread, ...beside.tools.unread],
  };
}

/** Tools that both the usage and the response count are the same. */
function withTools(parts: UsagePart[], tools: ToolUse, facts: UsageFacts): UsagePart[] {
  const counts = { ...tools.counts, webSearches: searchesOf(tools, facts.model) };
  const [first, ...rest] = parts;
  if (!first) return parts;
  const usage = { ...first.usage };
  for (const unit of BILLED_UNIT_NAMES) {
    const count = counts[unit] ?? 0;
    if (count > (usage[unit] ?? 0)) usage[unit] = count;
  }
  return [{ ...first, usage }, ...rest];
}

const within = (path: string, member: string): string =>
  [path, member].filter((step) => step !== '').join('.');

function hasShape(usage: object, { required, marks = [], without = [] }: UsageTable): boolean {
  const has = (path: string): boolean => memberAt(usage, path) !== undefined;
  const [first = ''] = required;
  return has(first) && (marks.length === 0 || marks.some(has)) && !without.some(has);
}

function attempt(usage: object, facts: UsageFacts, shape: UsageShape): Attempt {
  const table = tableOf(shape);
  const result = { shape, isMarked: table.marks !== undefined, unread: Infinity };
  try {
    requireMembers(usage, table.required);
    const gathered = gatherMembers(usage, table.rows);
    result.unread = gathered.unread.length;
    const parts = partsOf(table, gathered, (counted) =>
      countUsage(counted, inclusionsOf(table, counted, facts)),
    );
    const { served, reportedNanoUsd } = gathered;
    const unread = [...gathered.unread, ...parts.unread];
    const reasoningOutputTokens = reasoningIn(gathered, parts.parts);
    const said = { served, reportedNanoUsd, reasoningOutputTokens };
    const reading = { shape, parts: parts.parts, ...said, unread };
    return { ...result, unread: unread.length, reading };
  } catch (error) {
    if (error instanceof UnreadableUsageError) return { ...result, failure: error };
    throw error;
  }
}

/** Reasoning that is part of the output, wherever the provider counts it. */
function reasoningIn(
  { counts, parts: gathered }: Gathered,
  parts: readonly UsagePart[],
): number | undefined {
  const sums = gathered.flatMap((part) => part.counts.reasoning ?? []);
  const reasoning = counts.reasoning ?? sums.reduce((sum, each) => sum + each, 0);
  const output = parts.reduce((sum, { usage }) => sum + usage.outputTokens, 0);
  return reasoning === 0 ? undefined : Math.min(reasoning, output);
}

const inclusionsOf = ({ inclusions }: UsageTable, gathered: Gathered, facts: UsageFacts) =>
  typeof inclusions === 'function' ? inclusions(gathered, facts) : inclusions;

function requireMembers(usage: object, required: readonly string[]): void {
  for (const path of required) {
    const [list = '', member] = path.split('[].');
    const value = memberAt(usage, list);
    if (member !== undefined) {
      for (const [position, item] of (Array.isArray(value) ? value : []).entries()) {
        if (memberAt(item, member) === undefined) {
          throw new UnreadableUsageError(`${list}[${position}].${member}`, 'is missing');
        }
      }
    } else if (value === undefined || value === null) {
      throw new UnreadableUsageError(path, 'is missing');
    } else if (typeof value === 'object' && Object.keys(value).length === 0) {
      throw new UnreadableUsageError(path, 'is empty');
    }
  }
}

/**
 * The attempt that leaves the fewest members unread. If several leave none, those that
 * recognized a member of their own; if these read different things, the report is ambiguous.
 */
function chosen(attempts: readonly Attempt[]): Attempt | undefined {
  const clean = attempts.filter(({ reading, unread }) => reading && unread === 0);
  if (clean.length === 0) {
    return attempts.toSorted((a, b) => a.unread - b.unread)[0];
  }
  const marked = clean.filter(({ isMarked }) => isMarked);
  const best = marked.length > 0 ? marked : clean;
  const [first] = best;
  const other = best.find(({ reading }) => first?.reading && !isSame(first.reading, reading));
  if (!first || !other) return first;
  const shapes = best.map(({ shape }) => shape).join(' or ');
  const message = `could be ${shapes}, which mean different things. Name one in usageShape`;
  return { ...first, failure: new UnreadableUsageError('', message) };
}

const isSame = (a: UsageReading, b: UsageReading | undefined): boolean => textOf(a) === textOf(b);

const textOf = (reading: UsageReading | undefined): string =>
  JSON.stringify([reading?.parts, reading?.served, reading?.reportedNanoUsd?.toString()]);
