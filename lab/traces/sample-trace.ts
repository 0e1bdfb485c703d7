import { departmentOf, drawnUser } from './assign-request.ts';
import { gammaVariate, poissonCount, type SeededRandom, seededRandom } from './seeded-random.ts';
import {
  BLOCK_TOKENS,
  type QuantileTable,
  ROUTE_PROFILES,
  type RouteProfile,
  SHARED_OF_CONTINUED,
  TABLE_SHARES,
} from './sample-profiles.ts';
import { SAMPLE_COLUMNS } from './trace-format.ts';
import type { TraceRecord } from './trace-record.ts';

export type SampleRow = Required<Omit<TraceRecord, 'session'>>;

/** Prompts that a later one may continue or repeat, newest last. */
type Conversation = { userId: string; inputTokens: number; prefixBlocks: readonly number[] };
const REMEMBERED_CONVERSATIONS = 400;
const MINUTE_MS = 60_000;

/**
 * A sample trace in order of time: every route of `ROUTE_PROFILES` at its published rate, with its
 * lengths, continuations and repetitions. The same rows and seed give the same trace.
 */
export function sampleTrace(rows: number, seed: number): SampleRow[] {
  const random = seededRandom(seed);
  const arrivals: { atMs: number; route: RouteGenerator }[] = [];
  const newBlock = blockCounter();
  const routes = ROUTE_PROFILES.map((profile) => new RouteGenerator(profile, newBlock, random));
  for (let minute = 0; arrivals.length < rows; minute += 1) {
    for (const route of routes) {
      for (const atMs of route.arrivals(minute)) arrivals.push({ atMs, route });
    }
  }
  return arrivals
    .toSorted((first, second) => first.atMs - second.atMs)
    .slice(0, rows)
    .map(({ atMs, route }) => route.request(atMs));
}

/** The rows as CSV text with a header. */
export function sampleCsv(rows: readonly SampleRow[]): string {
  const lines = rows.map((row) =>
    [
      (row.atMs / 1_000).toFixed(3),
      row.system,
      row.userId,
      row.departmentId,
      row.operation,
      row.model,
      row.inputTokens,
      row.outputTokens,
      row.prefixBlocks.join(' '),
    ].join(','),
  );
  return [SAMPLE_COLUMNS.join(','), ...lines, ''].join('\n');
}

class RouteGenerator {
  private readonly profile: RouteProfile;
  private readonly newBlock: () => number;
  private readonly random: SeededRandom;
  private readonly template: number;
  private readonly conversations: Conversation[] = [];

  constructor(profile: RouteProfile, newBlock: () => number, random: SeededRandom) {
    this.profile = profile;
    this.newBlock = newBlock;
    this.random = random;
    this.template = newBlock();
  }

  /** Arrivals in one minute: Poisson around a rate that itself varies from minute to minute. */
  arrivals(minute: number): number[] {
    const { requestsPerSecond, minuteVariation } = this.profile;
    const mean = requestsPerSecond * 60;
    const beyondPoisson = Math.sqrt(Math.max(minuteVariation ** 2 - 1 / mean, 0.0001));
    const count = poissonCount(mean * gammaVariate(beyondPoisson, this.random), this.random);
    return Array.from({ length: count }, () => Math.floor((minute + this.random()) * MINUTE_MS));
  }

  request(atMs: number): SampleRow {
    const { profile, random } = this;
    const share = random();
    const band = Math.floor(share * profile.output.length);
    const drawn = fromTable(profile.input, share);
    const repeated = random() < profile.repeatingShare ? this.anyEarlier() : undefined;
    const continued = repeated ?? (this.continues(drawn) ? this.earlierFor(drawn) : undefined);
    const inputTokens = repeated?.inputTokens ?? drawn;
    const prompt = {
      userId: continued?.userId ?? drawnUser(random()),
      inputTokens,
      prefixBlocks: repeated?.prefixBlocks ?? this.blocks(inputTokens, continued),
    };
    this.remember(prompt);
    return {
      atMs,
      system: profile.system,
      departmentId: departmentOf(prompt.userId),
      operation: profile.operation,
      model: profile.model,
      outputTokens: fromTable(profile.output[band] ?? [], random()),
      ...prompt,
    };
  }

  private anyEarlier(): Conversation | undefined {
    return this.conversations[Math.floor(this.random() * this.conversations.length)];
  }

  private continues(inputTokens: number): boolean {
    const canShare = inputTokens >= 2 * BLOCK_TOKENS;
    return canShare && this.random() < this.profile.continuingShare;
  }

  /** The remembered prompt that best matches the shared part of this one. */
  private earlierFor(inputTokens: number): Conversation | undefined {
    const sharedTokens = inputTokens * linear(SHARED_OF_CONTINUED, this.random());
    const distance = (prompt: Conversation): number =>
      prompt.inputTokens > inputTokens ? Infinity : Math.abs(prompt.inputTokens - sharedTokens);
    let nearest: Conversation | undefined;
    for (const prompt of this.conversations) {
      if (distance(prompt) < (nearest ? distance(nearest) : Infinity)) nearest = prompt;
    }
    return nearest;
  }

  private remember(prompt: Conversation): void {
    this.conversations.push(prompt);
    if (this.conversations.length > REMEMBERED_CONVERSATIONS) this.conversations.shift();
  }

  /**
   * Every prompt starts with its route's template; a continuation starts with all earlier full
   * blocks.
   */
  private blocks(inputTokens: number, continued: Conversation | undefined): number[] {
    const count = Math.ceil(inputTokens / BLOCK_TOKENS);
    const earlierPrompt = continued
      ? continued.prefixBlocks.slice(0, Math.floor(continued.inputTokens / BLOCK_TOKENS))
      : [];
    const shared =
      earlierPrompt.length > 0 ? earlierPrompt : inputTokens >= BLOCK_TOKENS ? [this.template] : [];
    return [
      ...shared.slice(0, count),
      ...Array.from({ length: Math.max(count - shared.length, 0) }, this.newBlock),
    ];
  }
}

/** A length from a quantile table, interpolated linearly between logarithms. */
function fromTable(table: QuantileTable, share: number): number {
  const logarithm = linear(
    { shares: TABLE_SHARES, values: table.map((value) => Math.log(value)) },
    share,
  );
  return Math.round(Math.exp(logarithm));
}

function linear(
  { shares, values }: { shares: readonly number[]; values: readonly number[] },
  share: number,
): number {
  const above = Math.max(
    shares.findIndex((point) => point > share),
    1,
  );
  const [low = 0, high = 0] = [values[above - 1], values[above]];
  const [from = 0, to = 1] = [shares[above - 1], shares[above]];
  return low + (high - low) * ((share - from) / (to - from));
}

function blockCounter(): () => number {
  let next = 0;
  return () => next++;
}
