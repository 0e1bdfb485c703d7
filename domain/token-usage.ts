/**
 * Everything besides text tokens that providers bill. `per` is what one price buys. `side` says
 * whether tokens belong to the input or the output. Calls of a `tool` cost the same in every tier
 * and at every speed. The ledger stores units by their position:
 * append, never reorder.
 */
export const BILLED_UNITS = {
  images: { per: 'one', description: 'Images created or read, if the price is per image' },
  queries: { per: 'one', description: 'Requests, if the price is per request (rerankers)' },
  webSearches: { per: 'one', isTool: true, description: 'Web searches that the provider made' },
  audioInputTokens: { per: 'million', side: 'input', description: 'Audio in the input' },
  audioOutputTokens: { per: 'million', side: 'output', description: 'Audio in the output' },
  cacheReadAudioTokens: { per: 'million', side: 'input', description: 'Audio from a cache' },
  imageInputTokens: {
    per: 'million',
    side: 'input',
    description: 'Images in the input of a model that prices them apart from text',
  },
  imageOutputTokens: { per: 'million', side: 'output', description: 'Images in the output' },
  cacheReadImageTokens: { per: 'million', side: 'input', description: 'Images from a cache' },
  cacheWriteThirtyMinuteTokens: {
    per: 'million',
    side: 'input',
    description: 'Cache writes that last 30 minutes; not part of cacheWriteTokens',
  },
  cacheWriteTwelveHourTokens: {
    per: 'million',
    side: 'input',
    description: 'Cache writes that last 12 hours; not part of cacheWriteTokens',
  },
  reasoningTokens: {
    per: 'million',
    side: 'output',
    description: 'Reasoning that has a price of its own; not part of outputTokens',
  },
  citationTokens: { per: 'million', side: 'input', description: 'Citations with their own price' },
  searchSources: {
    per: 'one',
    isTool: true,
    description: 'Sources that a search used, if priced per source',
  },
  fileSearches: { per: 'one', isTool: true, description: 'Searches in stored files' },
  toolCalls: {
    per: 'one',
    isTool: true,
    description: 'Other calls of tools that the provider runs',
  },
  codeExecutions: {
    per: 'one',
    isTool: true,
    description: 'Runs of code, or sessions of a code container',
  },
  containerSeconds: { per: 'one', isTool: true, description: 'Seconds of a code container' },
  videoSeconds: { per: 'one', description: 'Seconds of video' },
  audioSeconds: { per: 'one', description: 'Seconds of audio, if not priced by tokens' },
  characters: { per: 'million', description: 'Characters, if not priced by tokens (speech)' },
  pages: { per: 'one', description: 'Pages of documents' },
  classifications: { per: 'one', description: 'Texts classified' },
  trainedTokens: { per: 'million', side: 'input', description: 'Tokens that a model trained on' },
  gpuSeconds: { per: 'one', description: 'Seconds of one GPU' },
  storedModelMonths: { per: 'one', description: 'Months for which one custom model was stored' },
  modelUnitHours: { per: 'one', description: 'Hours of one model unit (provisioned throughput)' },
} as const satisfies Record<string, UnitFacts>;

type UnitFacts = {
  per: 'one' | 'million';
  side?: 'input' | 'output';
  isTool?: boolean;
  description: string;
};

export type BilledUnit = keyof typeof BILLED_UNITS;
export const BILLED_UNIT_NAMES = Object.keys(BILLED_UNITS) as BilledUnit[];

/** What a unit is; its table's type says only what each entry has. */
export const unitFacts = (unit: BilledUnit): UnitFacts => BILLED_UNITS[unit];

/** Counts of units; absent if not used. */
export type UnitCounts = Partial<Record<BilledUnit, number | undefined>>;

/**
 * What one request used, in one set of units. Nothing overlaps, so everything counts once: a
 * cached token is not an input token, and text tokens exclude what a unit counts. Reasoning is part
 * of `outputTokens` unless the model prices it apart.
 */
export type TokenUsage = UnitCounts & {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** The part of `cacheWriteTokens` that lasts one hour; the others last five minutes. */
  cacheWriteOneHourTokens?: number | undefined;
};

/** The units that a usage counts, as pairs of name and count. Leaves out counts of 0. */
export const unitCounts = (usage: UnitCounts): [BilledUnit, number][] =>
  BILLED_UNIT_NAMES.flatMap((unit) => {
    const count = usage[unit];
    return count ? [[unit, count] as [BilledUnit, number]] : [];
  });

/** All tokens of a request, each once, of any kind. */
export const tokensOf = (usage: TokenUsage): number =>
  wholeInputOf(usage) + usage.outputTokens + sideTokens(usage, 'output');

/** All input tokens, cached or not, of any kind. */
export const wholeInputOf = (usage: TokenUsage): number =>
  usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + sideTokens(usage, 'input');

const UNITS_OF_SIDE = {
  input: BILLED_UNIT_NAMES.filter((unit) => unitFacts(unit).side === 'input'),
  output: BILLED_UNIT_NAMES.filter((unit) => unitFacts(unit).side === 'output'),
};

const sideTokens = (usage: UnitCounts, side: 'input' | 'output'): number =>
  UNITS_OF_SIDE[side].reduce((sum, unit) => sum + (usage[unit] ?? 0), 0);

/** The sum of two usages. Counts that neither has stay absent. */
export function addUsage(usage: TokenUsage, other: TokenUsage): TokenUsage {
  const sum: TokenUsage = {
    inputTokens: usage.inputTokens + other.inputTokens,
    outputTokens: usage.outputTokens + other.outputTokens,
    cacheReadTokens: usage.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: usage.cacheWriteTokens + other.cacheWriteTokens,
  };
  for (const name of ['cacheWriteOneHourTokens', ...BILLED_UNIT_NAMES] as const) {
    if (usage[name] === undefined && other[name] === undefined) continue;
    sum[name] = (usage[name] ?? 0) + (other[name] ?? 0);
  }
  return sum;
}

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};
