import type { NanoUsd } from '../money.ts';

/** Who corrected a settled entry, how and why. */
export type Correction = {
  correctionId: string;
  previousNanoUsd: NanoUsd;
  chargedNanoUsd: NanoUsd;
  actor: string;
  reason: string;
  atMs: number;
};
