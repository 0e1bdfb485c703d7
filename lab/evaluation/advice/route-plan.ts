import type { Practice } from './serving.ts';
import type { Traffic } from './traffic.ts';

/** Grades of a share of a route's answers: a mean by model, and how far single grades are from it. */
export type Grading = {
  share: number;
  means: ReadonlyMap<string, number>;
  spread: number;
};

/** One route of a generated organization. Its system has the same name and no other route. */
export type RoutePlan = {
  name: string;
  operation?: string | undefined;
  traffic: Traffic;
  /** Other traffic on the last days of the history and since, by a share of the calls. */
  later?: { days: number; traffic: Traffic; share: number } | undefined;
  /** How it is served where nothing is wasted. */
  meant: Practice;
  /** How it is served while it wastes money; absent if it never does. */
  wasteful?: Practice | undefined;
  /** Models that do its work well enough, besides the one that it is meant for. */
  goodModels: readonly string[];
  canWait: boolean;
  /** What its requests say about that. */
  urgency?: 'deferred' | 'interactive' | undefined;
  grading?: Grading | undefined;
  maxOutputTokens?: number | undefined;
  /** Whether that is far above every answer. */
  hasFarLimit?: boolean;
  /** Limits of its system, as multiples of its dearest day. */
  budgetTimes?: number;
  thresholdTimes?: number;
};

/** What an adviser should do about a plant: save money, correct a limit, or say nothing. */
export type Expected = 'saving' | 'setting' | 'silence';

/** A kind of waste: a route that has it, routes that only look like it, and routes that mislead. */
export type Plant = {
  kind: string;
  expects: Expected;
  route: RoutePlan;
  controls: readonly RoutePlan[];
  /** More routes that the waste needs. */
  companions?: readonly RoutePlan[];
  /** It begins after a time without waste. */
  isChange?: boolean;
  /** It stops this many days before the end of the history. */
  stopsBeforeEnd?: number;
  /** Nobody said that the change is allowed, so asking about it is to find it. */
  isAsked?: boolean;
};
