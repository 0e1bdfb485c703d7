import type { ServiceTier } from '../../../domain/pricing/service-tier.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';

/**
 * What an organization sent on one complete UTC day, oldest first. Each call makes the postings again,
 * so that days need no memory; an advisor keeps what it needs of a day.
 */
export type PostedDay = { startMs: number; postings: () => readonly Posting[] };

/** Limits of a system's daily spend. */
export type SystemLimit = {
  system: string;
  budgetNanoUsd?: bigint | undefined;
  thresholdNanoUsd?: bigint | undefined;
};

/** A change of how requests are served, in the judge's words. */
export type AdvisedChange =
  | { kind: 'model'; toModel: string }
  | { kind: 'cache'; plan: 'off' | '5m' | '1h' }
  | { kind: 'keep-cache' }
  | { kind: 'tier'; tier: ServiceTier }
  | { kind: 'answer-repeats' }
  | { kind: 'end-loops' }
  | { kind: 'shorten-prompts' }
  | { kind: 'end-failures' }
  | { kind: 'limit'; of: 'output' | 'budget' | 'threshold' };

/** One open item of advice. `own` is the advisor's own form of it. */
export type AdvisedItem<Own = unknown> = {
  system: string;
  /** The model that serves the requests now; absent if it is about more than requests. */
  model?: string | undefined;
  change: AdvisedChange;
  savingNanoUsdPerMonth: bigint;
  /** It asks and claims nothing, so it is neither found nor false, unless asking is what helps. */
  isQuestion?: boolean | undefined;
  /** Items of the same group exclude each other, and the advisor says so. */
  group?: string | undefined;
  own: Own;
};

/** What is judged. It knows postings and limits, and nothing of how they were made. */
export type Advisor<Own = unknown> = {
  name: string;
  /** The advice open after the last day. @param days complete days, oldest first */
  openItems(
    days: readonly PostedDay[],
    limits: readonly SystemLimit[],
  ): Promise<AdvisedItem<Own>[]>;
  /**
   * What following an item has saved since it was accepted; `undefined` if the advisor does not
   * say.
   * @param before the days until it was accepted
   * @param after the days since then
   */
  realizedNanoUsd(
    item: AdvisedItem<Own>,
    before: readonly PostedDay[],
    after: readonly PostedDay[],
  ): Promise<bigint | undefined>;
};
