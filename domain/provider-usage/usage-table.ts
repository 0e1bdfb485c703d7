import type { Inclusions } from './count-usage.ts';
import type { Gathered } from './gather-members.ts';
import type { Rows } from './meaning.ts';

/** Facts about a request that decide how to read its usage. */
export type UsageFacts = {
  /** Equal names mean different things for different models. */
  model?: string | undefined;
  /** `RateCard.inputIncludesCache` of the model's card. */
  inputIncludesCache?: boolean | undefined;
};

/** One shape in which providers report usage: what each member means, and how totals are built. */
export type UsageTable = {
  rows: Rows;
  /** The members that every object of this shape has. The first one identifies the shape. */
  required: readonly string[];
  /** Members that only this shape has. An object of this shape has one of them. */
  marks?: readonly string[];
  /** Members that an object of this shape cannot have. */
  without?: readonly string[];
  /** What the totals include; without a function, the same for every request. */
  inclusions: Inclusions | ((gathered: Gathered, facts: UsageFacts) => Inclusions);
  /** How parts relate to the object's own counts. Default: they sum to them. */
  parts?: 'sum' | 'iterations' | 'models';
};

/** Cached tokens and reasoning are part of the totals. */
export const ALL_INCLUDED: Inclusions = {
  cacheInInput: true,
  reasoningInOutput: true,
  toolInputInInput: true,
};

/** Cached tokens are not part of the input; reasoning is part of the output. */
export const CACHE_BESIDE: Inclusions = { ...ALL_INCLUDED, cacheInInput: false };
