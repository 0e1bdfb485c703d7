import { type BilledUnit, BILLED_UNIT_NAMES, type TokenUsage, unitFacts } from '../token-usage.ts';
import { ContradictoryUsageError, type Gathered } from './gather-members.ts';
import type { Quantity } from './meaning.ts';

/** How a provider builds its totals where its own total does not say otherwise. */
export type Inclusions = {
  cacheInInput: boolean;
  reasoningInOutput: boolean;
  toolInputInInput: boolean;
  /** Whether its total can leave out cached tokens that are not part of the input. */
  isTotalWithoutCache?: boolean;
  /** Whether output that appears only in the total is counted from there. */
  mayOmitOutput?: boolean;
  /** Whether images are counted in addition to the input. */
  isImageBesideInput?: boolean;
  /** Whether output that is not broken down is images. */
  isOutputImages?: boolean;
};

type Counts = Partial<Record<Quantity, number>>;

/**
 * Converts what a provider counts to one set of units, so that everything counts exactly once. The
 * provider's total, where there is one, decides what its other counts include.
 * @throws ContradictoryUsageError if no known rule explains the numbers
 */
export function countUsage({ counts, details }: Gathered, inclusions: Inclusions): TokenUsage {
  const settled = explainTotal(counts, inclusions);
  const usage = withoutOverlaps(settled.counts, settled.inclusions);
  requireDetails(details, counts, settled.counts);
  return usage;
}

/** @throws ContradictoryUsageError if neither its usual nor another known rule gives the total */
function explainTotal(
  counts: Counts,
  usual: Inclusions,
): { counts: Counts; inclusions: Inclusions } {
  const { total = 0, reasoning = 0, toolInput = 0 } = counts;
  if (total === 0) return { counts, inclusions: usual };
  for (const inclusions of alternatives(usual)) {
    if (totalsOf(counts, inclusions).includes(total) && isFeasible(counts, inclusions)) {
      return { counts, inclusions };
    }
  }
  const [sum = 0] = totalsOf(counts, usual);
  // The total is right; a part that exceeds its whole is refused by its own name.
  if (sum === total) return { counts, inclusions: usual };
  if (usual.mayOmitOutput && reasoning === 0 && toolInput === 0 && total > sum) {
    return {
      counts: { ...counts, output: (counts.output ?? 0) + total - sum },
      inclusions: usual,
    };
  }
  throw new ContradictoryUsageError(
    `the total is ${total}, but its parts give ${sum}: ${partsText(counts)}`,
  );
}

function* alternatives(usual: Inclusions): Generator<Inclusions> {
  const { reasoningInOutput, toolInputInInput } = usual;
  yield usual;
  yield { ...usual, reasoningInOutput: !reasoningInOutput };
  yield { ...usual, toolInputInInput: !toolInputInInput };
  yield {
    ...usual,
    reasoningInOutput: !reasoningInOutput,
    toolInputInInput: !toolInputInInput,
  };
}

/** The totals that these counts may have. */
function totalsOf(counts: Counts, inclusions: Inclusions): number[] {
  const { input = 0, output = 0, reasoning = 0, toolInput = 0 } = counts;
  const base =
    input +
    output +
    (inclusions.reasoningInOutput ? 0 : reasoning) +
    (inclusions.toolInputInInput ? 0 : toolInput);
  const whole = base + (inclusions.cacheInInput ? 0 : cachedOf(counts));
  return inclusions.isTotalWithoutCache ? [whole, base, base + cachedOf(counts)] : [whole];
}

const isFeasible = (counts: Counts, { reasoningInOutput, toolInputInInput }: Inclusions) =>
  (!reasoningInOutput || (counts.reasoning ?? 0) <= (counts.output ?? 0)) &&
  (!toolInputInInput || (counts.toolInput ?? 0) <= (counts.input ?? 0));

const cachedOf = (counts: Counts): number => (counts.cacheRead ?? 0) + writtenOf(counts);

/** All cache writes: their own count, or the sum over their lives. */
const writtenOf = (counts: Counts): number =>
  Math.max(counts.cacheWrite ?? 0, (counts.cacheWriteFiveMinutes ?? 0) + longerWritesOf(counts));

const longerWritesOf = (counts: Counts): number =>
  (counts.cacheWriteOneHour ?? 0) +
  (counts.cacheWriteThirtyMinuteTokens ?? 0) +
  (counts.cacheWriteTwelveHourTokens ?? 0);

function withoutOverlaps(counts: Counts, inclusions: Inclusions): TokenUsage {
  const { input = 0, output = 0, reasoning = 0, toolInput = 0 } = counts;
  const written = writtenOf(counts);
  const apart = (unit: BilledUnit) => counts[unit] ?? 0;
  requirePart(
    'cached tokens',
    cachedOf(counts),
    'input',
    inclusions.cacheInInput ? input : Infinity,
  );
  requirePart(
    'reasoning tokens',
    reasoning,
    'output',
    inclusions.reasoningInOutput ? output : Infinity,
  );
  requirePart('tool input', toolInput, 'input', inclusions.toolInputInInput ? input : Infinity);
  requirePart('cached audio', apart('cacheReadAudioTokens'), 'cache reads', counts.cacheRead ?? 0);
  requirePart('cache writes by life', written, 'all cache writes', counts.cacheWrite || written);
  const plainInput = inclusions.cacheInInput ? input - cachedOf(counts) : input;
  const wholeInput =
    plainInput +
    (inclusions.toolInputInInput ? 0 : toolInput) +
    (inclusions.isImageBesideInput ? apart('imageInputTokens') : 0);
  const wholeOutput = output + (inclusions.reasoningInOutput ? 0 : reasoning);
  const media = mediaInput(counts, wholeInput);
  const images =
    inclusions.isOutputImages && counts.imageOutputTokens === undefined
      ? wholeOutput
      : apart('imageOutputTokens');
  const outputApart = apart('audioOutputTokens') + images;
  requirePart('audio and images', outputApart, 'output', wholeOutput);
  const longer = apart('cacheWriteThirtyMinuteTokens') + apart('cacheWriteTwelveHourTokens');
  const usage: TokenUsage = {
    inputTokens: media.text,
    outputTokens: wholeOutput - outputApart,
    cacheReadTokens: media.cacheRead,
    cacheWriteTokens: written - longer,
  };
  if (counts.cacheWriteOneHour) usage.cacheWriteOneHourTokens = counts.cacheWriteOneHour;
  for (const unit of BILLED_UNIT_NAMES) {
    const value = unit === 'imageOutputTokens' ? images : (media.units[unit] ?? apart(unit));
    if (value > 0) usage[unit] = value;
  }
  return usage;
}

/**
 * Splits the input into text, audio and images, each cached or not. If a provider does not say what
 * was read from the cache, it counts as text first.
 */
function mediaInput(counts: Counts, plainInput: number) {
  const { cacheRead = 0, audioInputTokens: audio = 0, imageInputTokens: image = 0 } = counts;
  const cachedImage = Math.min(counts.cacheReadImageTokens ?? 0, image);
  const said = Math.min(counts.cacheReadAudioTokens ?? 0, audio);
  const excess = audio - said + image - cachedImage - plainInput;
  const more = Math.max(0, Math.min(excess, audio - said, cacheRead - said - cachedImage));
  const cachedAudio = said + more;
  const text = plainInput - (audio - cachedAudio) - (image - cachedImage);
  if (text < 0) {
    throw new ContradictoryUsageError(
      `audio and images (${audio + image}) exceed the input that includes them (${plainInput + cacheRead})`,
    );
  }
  const cachedApart = Math.max(cachedAudio, counts.cacheReadAudioTokens ?? 0);
  const units: Partial<Record<BilledUnit, number>> = {
    audioInputTokens: audio - cachedAudio,
    imageInputTokens: image - cachedImage,
    cacheReadAudioTokens: cachedApart,
    cacheReadImageTokens: counts.cacheReadImageTokens ?? 0,
  };
  return {
    text,
    cacheRead: Math.max(0, cacheRead - cachedApart - (counts.cacheReadImageTokens ?? 0)),
    units,
  };
}

function requirePart(part: string, value: number, whole: string, limit: number): void {
  if (value <= limit) return;
  throw new ContradictoryUsageError(
    `${part} (${value}) exceed the ${whole} that includes them (${limit})`,
  );
}

/** Refuses a breakdown that exceeds its total, because the excess would not be counted. */
function requireDetails(details: Counts, counts: Counts, settled: Counts): void {
  for (const [name, value] of Object.entries(details) as [Quantity, number][]) {
    const whole = wholeOf(name, { ...counts, ...settled });
    if (value > whole) {
      throw new ContradictoryUsageError(
        `a part of ${name} is ${value}, more than all of it (${whole})`,
      );
    }
  }
}

function wholeOf(name: Quantity, counts: Counts): number {
  if (name === 'cacheWrite') return writtenOf(counts);
  if (name === 'input') return (counts.input ?? 0) + (counts.toolInput ?? 0);
  if (name === 'output') return (counts.output ?? 0) + (counts.reasoning ?? 0);
  return counts[name] ?? 0;
}

const partsText = (counts: Counts): string =>
  Object.entries(counts)
    .filter(([name, value]) => name !== 'total' && value !== 0 && isTokens(name))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const UNITS = new Set<string>(BILLED_UNIT_NAMES);
const isTokens = (name: string): boolean =>
  !UNITS.has(name) || unitFacts(name as BilledUnit).per === 'million';
