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
      0.991, 0.039, 0.09, 0.795, 0.08, 0.064, 0.799, 0.044, 0.013, 0.599, 0.606, 0.066, 1.256,
      0.763, 0.117, 0.032, 0.751, 0.189, 0.788, 0.025, 0, 0.31, 0.47, 0.495, 0.381, 0.342, 0.437,
      0.559, 0.683, 0.841, 3, 3, 1.983, 0.508, 0.32, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.289,
      markup: 0.1,
      dense: 0.178,
      blank: 0.1,
    },
  },
  cl100k: {
    weights: [
      1.009, 0.04, 0.064, 0.811, 0.089, 0.058, 0.757, 0.04, 0, 1.241, 0.618, 0.076, 1.241, 0.753,
      0.108, 0.023, 0.619, 0.211, 0.887, 0.02, 1.083, 0.384, 1.071, 1.198, 0.861, 1.271, 0.989,
      0.99, 0.973, 1.334, 3, 3, 2.528, 0.642, 0.374, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.27,
      markup: 0.1,
      dense: 0.246,
      blank: 0.1,
    },
  },
  'claude-2': {
    weights: [
      1.083, 0.09, 0.019, 1.159, 0, 0.186, 0.97, 0.061, 0, 1.578, 0.64, 0.075, 1.112, 0.871, 0.117,
      0.178, 0.161, 0, 0.89, 0, 0.601, 0.538, 1.333, 1.125, 1.126, 1.361, 1.803, 0.809, 1.076,
      1.503, 2.059, 3, 3, 0.932, 0.315, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.193,
      markup: 0.1,
      dense: 0.143,
      blank: 0.1,
    },
  },
  'llama-3': {
    weights: [
      1.011, 0.041, 0.063, 0.804, 0.095, 0.051, 0.752, 0.035, 0, 0.24, 0.619, 0.08, 1.231, 0.762,
      0.105, 0.019, 0.551, 0.231, 0.926, 0.019, 0, 0.334, 0.521, 1.197, 0.456, 0.639, 0.503, 0.566,
      0.604, 0.844, 3, 3, 2.461, 0.669, 0.406, 0,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.265,
      markup: 0.1,
      dense: 0.24,
      blank: 0.1,
    },
  },
  sentencepiece: {
    weights: [
      0.996, 0.153, 0, 1.022, 0.065, 0.176, 0.982, 0.023, 0.065, 1.373, 0.849, 1.003, 0.267, 0.999,
      0.153, 0, 0.747, 0.935, 1.09, 0.037, 0.092, 0.472, 1.2, 1.24, 1.104, 1.266, 1.044, 0.848,
      1.066, 1.61, 3, 3, 2.027, 0.738, 0.385, 0.099,
    ],
    margins: {
      english: 0.1,
      latin: 0.3,
      cjk: 0.25,
      script: 0.25,
      code: 0.1,
      json: 0.103,
      markup: 0.122,
      dense: 0.1,
      blank: 0.1,
    },
  },
  any: {
    weights: [
      1.025, 0.069, 0.041, 0.898, 0.076, 0.075, 0.853, 0.028, 0.001, 0.727, 0.647, 0.123, 1.175,
      0.816, 0.114, 0.036, 0.623, 0.061, 0.852, 0.018, 0, 0.401, 0.64, 0.79, 0.535, 0.536, 0.595,
      0.701, 0.803, 1.051, 3, 3, 2.392, 0.621, 0.387, 0,
    ],
    margins: {
      english: 0.197,
      latin: 1.05,
      cjk: 0.745,
      script: 2.717,
      code: 0.426,
      json: 0.399,
      markup: 0.439,
      dense: 1.079,
      blank: 0.45,
    },
  },
};
