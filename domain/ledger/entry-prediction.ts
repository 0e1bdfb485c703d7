import type { NanoUsd } from '../money.ts';

/** What was predicted at reservation time. Predictors train on it later. */
export type EntryPrediction = {
  expectedCostNanoUsd: NanoUsd;
  inputTokens: number;
  expectedOutputTokens: number;
  maxOutputTokens?: number | undefined;
  predictorVersion: string;
  /** `packShape` of the request's text; absent if there was none. */
  promptShape?: number | undefined;
};
