import type { ContentKind } from './content-kind.ts';

/** Tokenizers that were measured; `any` is fitted to all of them at once. */
export type FittedTokenizer = 'o200k' | 'cl100k' | 'claude-2' | 'llama-3' | 'sentencepiece' | 'any';

/**
 * Tokens for each `Feature`, and the margin by kind of content that covers 99 % of texts.
 * Written by `npm run tokens -- --fit`; not to be edited by hand.
 */
export const FITTED_TOKENIZERS: Readonly<
  Record<
    FittedTokenizer,
    { weights: readonly number[]; margins: Readonly<Record<ContentKind, number>> }
  >
> = {
  o200k: {
    weights: [
      0.981, 0.059, 0.05, 0.812, 0.078, 0.057, 0.817, 0.039, 0.012, 0.601, 0.61, 0.088, 1.203,
      0.757, 0.115, 0.047, 0.731, 0.19, 0.824, 0.023, 0, 0.311, 0.47, 0.495, 0.381, 0.342, 0.437,
      0.559, 0.683, 0.842, 3, 3, 1.294, 0.507, 0.32, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.279,
      markup: 0.1,
      dense: 0.168,
      blank: 0.1,
    },
  },
  cl100k: {
    weights: [
      0.993, 0.067, 0.012, 0.827, 0.088, 0.052, 0.773, 0.035, 0, 1.246, 0.622, 0.101, 1.183, 0.746,
      0.103, 0.037, 0.594, 0.212, 0.933, 0.018, 1.083, 0.384, 1.071, 1.198, 0.861, 1.271, 0.989,
      0.99, 0.973, 1.335, 3, 3, 1.327, 0.637, 0.375, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.264,
      markup: 0.1,
      dense: 0.237,
      blank: 0.1,
    },
  },
  'claude-2': {
    weights: [
      1.085, 0.087, 0.016, 1.159, 0, 0.175, 0.982, 0.061, 0, 1.584, 0.643, 0.083, 1.088, 0.871,
      0.112, 0.189, 0.16, 0, 0.897, 0, 0.601, 0.538, 1.333, 1.125, 1.126, 1.361, 1.803, 0.809,
      1.076, 1.503, 0, 3, 1.855, 0.928, 0.315, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.103,
      json: 0.198,
      markup: 0.1,
      dense: 0.136,
      blank: 0.1,
    },
  },
  'llama-3': {
    weights: [
      0.996, 0.068, 0.01, 0.819, 0.094, 0.044, 0.77, 0.029, 0, 0.246, 0.623, 0.104, 1.173, 0.755,
      0.1, 0.034, 0.517, 0.235, 0.978, 0.017, 0, 0.334, 0.521, 1.198, 0.457, 0.639, 0.503, 0.566,
      0.604, 0.844, 3, 3, 1.132, 0.664, 0.407, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.26,
      markup: 0.1,
      dense: 0.231,
      blank: 0.1,
    },
  },
  sentencepiece: {
    weights: [
      0.996, 0.155, 0, 1.026, 0.068, 0.155, 0.981, 0.021, 0.067, 1.379, 0.852, 1.027, 0.204, 0.994,
      0.154, 0.001, 0.73, 0.908, 1.119, 0.036, 0.092, 0.472, 1.2, 1.24, 1.104, 1.266, 1.044, 0.848,
      1.066, 1.61, 2.755, 3, 1.693, 0.735, 0.385, 0.1,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.103,
      markup: 0.125,
      dense: 0.1,
      blank: 0.1,
    },
  },
  any: {
    weights: [
      1.017, 0.084, 0.011, 0.907, 0.077, 0.066, 0.867, 0.024, 0.001, 0.731, 0.651, 0.144, 1.124,
      0.81, 0.111, 0.049, 0.598, 0.06, 0.894, 0.017, 0, 0.401, 0.64, 0.791, 0.535, 0.536, 0.595,
      0.701, 0.803, 1.051, 3, 3, 1.381, 0.618, 0.388, 0,
    ],
    margins: {
      english: 0.195,
      latin: 1.048,
      cjk: 0.745,
      script: 2.717,
      code: 0.424,
      json: 0.398,
      markup: 0.445,
      dense: 1.086,
      blank: 0.442,
    },
  },
};
