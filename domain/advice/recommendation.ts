import type { NanoUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import { textHash } from '../text-hash.ts';
import type { Confidence } from './confidence.ts';
import type { Evidence } from './evidence.ts';

export const ADVICE_KINDS = [
  'model-switch',
  'cache',
  'prompt-length',
  'batch',
  'off-peak',
  'budget-fit',
  'threshold-fit',
  'idle-provisioned-concurrency',
] as const;
export type AdviceKind = (typeof ADVICE_KINDS)[number];

/** A kind of advice that an organization does not get, and why. */
export type LeftOut = { kind: AdviceKind; why: string };

export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Requests of one system for one operation with one model. */
export type Route = { system: string; operation?: string | undefined; model: string };

/** What accepted advice changes, which determines how to measure its outcome. */
export type Change =
  | { kind: 'model'; route: Route; toModel: string }
  | { kind: 'prefix-cache'; route: Route; plan: 'off' | '5m' | '1h' }
  | { kind: 'response-cache'; route: Route }
  | { kind: 'input-length'; route: Route; beforeInputTokens: number; toInputTokens: number }
  | { kind: 'tier'; route: Route; tier: 'batch' | 'flex' }
  | { kind: 'warmth'; functionName: string; memoryMiB: number; beforeMin: number }
  | { kind: 'setting' };

/**
 * What a change of model may cost, as shares of the current quality. `prior` is the catalog's
 * estimate. `measured` comes from graded requests and has a one-sided 95 % bound.
 */
export type QualityRisk = {
  basis: 'prior' | 'measured';
  expectedLoss: number;
  upperLoss?: number | undefined;
  graded?: number | undefined;
};

/** Requests and cost before the advice, for comparing unit costs with the outcome. */
export type Before = { requests: number; costNanoUsd: NanoUsd };

export type Recommendation = {
  id: string;
  kind: AdviceKind;
  scope: ScopeRef;
  /** What the advice is about within the scope, such as an operation and its model. */
  target: string;
  title: string;
  /** The setting or call that applies the advice. */
  action: string;
  change: Change;
  /** 0 if the advice saves no money but limits a possible loss. */
  savingNanoUsdPerMonth: NanoUsd;
  effort: Effort;
  confidence: Confidence;
  evidence: Evidence;
  qualityRisk?: QualityRisk | undefined;
  before?: Before | undefined;
};

type Subject = Pick<Recommendation, 'kind' | 'scope' | 'target'>;

/** Adds an id to the subject of advice. */
export const identified = (subject: Subject): Subject & Pick<Recommendation, 'id'> => ({
  id: adviceId(subject),
  ...subject,
});

/** The same advice gets the same id every day: 64 bits of its kind, scope and target. */
function adviceId({ kind, scope, target }: Subject): string {
  const text = [kind, scope.scope, scope.scopeId, target].join('#');
  const half = (part: string): string => textHash(part).toString(16).padStart(8, '0');
  return `advice-${half(text)}${half(`again#${text}`)}`;
}

/** `chat with amazon.nova-pro-v1:0`. */
export const routeText = ({ operation, model }: Route): string =>
  `${operation ?? 'requests without an operation'} with ${model}`;

/** Distinguishes a route from the others of its system. */
export const routeTarget = ({ operation, model }: Route): string =>
  `${operation ?? '(none)'}/${model}`;
