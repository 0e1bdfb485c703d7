import type { NanoUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import { textHash } from '../text-hash.ts';
import type { CacheLossCause } from './cache-loss.ts';
import type { CachePlan, SharedBy } from './cache-plan.ts';
import type { Confidence } from './confidence.ts';
import type { Evidence } from './evidence.ts';
import { type Route, routeTarget } from './route.ts';
import type { Saving } from './saving.ts';
import type { SpreadCache } from './spread-cache.ts';
import type { Waste } from './waste.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';

export const ADVICE_KINDS = [
  'model-switch',
  'cache',
  'prompt-length',
  'batch',
  'off-peak',
  'place',
  'calls',
  'budget-fit',
  'threshold-fit',
  'idle-provisioned-concurrency',
] as const;
export type AdviceKind = (typeof ADVICE_KINDS)[number];

/** A kind of advice that an organization does not get, and why. */
export type LeftOut = { kind: AdviceKind; why: string };

export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What accepted advice changes, which determines how to measure its outcome. */
export type Change =
  | { kind: 'model'; route: Route; toModel: string }
  | { kind: 'prefix-cache'; route: Route; plan: CachePlan; by: SharedBy }
  | { kind: 'cache-reads'; route: Route; since: string; cause: CacheLossCause }
  | { kind: 'response-cache'; route: Route }
  | { kind: 'input-length'; route: Route; beforeInputTokens: number; toInputTokens: number }
  | { kind: 'tier'; route: Route; tier: Exclude<ServiceTier, 'priority'> }
  | { kind: 'place'; route: Route; toModel: string }
  | { kind: 'calls'; route: Route; of: Waste }
  | { kind: 'warmth'; functionName: string; memoryMiB: number; beforeMin: number }
  | { kind: 'setting' };

/**
 * What a change of model may cost, as shares of the current quality, with a one-sided 95 % bound.
 * `measured`: both models have enough grades on this route. `estimated`: few grades, or those of other
 * systems, refine the catalog. `prior`: the catalog alone, because nobody graded them.
 */
export const RISK_BASES = ['prior', 'estimated', 'measured'] as const;
export type QualityRisk = {
  basis: (typeof RISK_BASES)[number];
  expectedLoss: number;
  upperLoss: number;
  /** Graded requests of this route, of the model with fewer of them. */
  graded: number;
};

/** A call of the API that carries advice out, or whose members a caller sends from then on. */
export type ApplyRequest = { method: 'POST' | 'PUT' | 'PATCH'; path: string; body: object };

/** Figures of what was before the advice that are estimated from a sample; see `Before`. */
export const FIGURES_BEFORE = [
  'readFactor',
  'cacheReadShare',
  'cacheWriteShare',
  'followingShare',
  'repeatingShare',
  'wastedShare',
  'inputTokens',
] as const;
export type FiguresBefore = Partial<Record<(typeof FIGURES_BEFORE)[number], number | undefined>>;

/**
 * What was before the advice, for comparing with its outcome. Shares are from 0 to 1, tokens are means
 * of one request.
 */
export type Before = {
  requests: number;
  costNanoUsd: NanoUsd;
  /** Requests that were served as advised already. */
  followingShare?: number | undefined;
  /** The tier that most of its requests were served in. */
  tier?: ServiceTier | undefined;
  cachePlan?: CachePlan | undefined;
  cacheReadTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
  /** The shares of all input tokens that were read from the cache, and written to it. */
  cacheReadShare?: number | undefined;
  cacheWriteShare?: number | undefined;
  /** How requests were spread over regions, and what they read, over what that makes one expect. */
  spread?: SpreadCache | undefined;
  readFactor?: number | undefined;
  /** Requests that a cache of answers would have answered. */
  repeatingShare?: number | undefined;
  /** Cost of calls that gave nothing. */
  wastedShare?: number | undefined;
  /** The whole input of a request. */
  inputTokens?: number | undefined;
  /** The standard errors of the figures, which are off together, and the requests they were estimated from. */
  error?: { requests: number; figures: FiguresBefore } | undefined;
};

export type Recommendation = {
  id: string;
  kind: AdviceKind;
  scope: ScopeRef;
  /** What the advice is about within the scope, such as an operation and its model. */
  target: string;
  title: string;
  /** What a person does to carry it out. */
  action: string;
  request?: ApplyRequest | undefined;
  change: Change;
  /** True if it depends on something that nobody measured or said: a question to the owner. */
  isQuestion: boolean;
  /** 0 if the advice saves no money but limits a possible loss. */
  savingNanoUsdPerMonth: NanoUsd;
  /** The saving with its 90 % interval, and the cost that it is saved from. */
  saving?: Saving | undefined;
  /** What all advice for the route saves together, which is less than the sum. */
  group?: { id: string; netSavingNanoUsdPerMonth: NanoUsd } | undefined;
  effort: Effort;
  confidence: Confidence;
  evidence: Evidence;
  qualityRisk?: QualityRisk | undefined;
  before?: Before | undefined;
};

/** Two recommendations with the same lever change the same thing. */
export const leverOf = ({
  kind,
  scope,
  target,
  change,
}: Pick<Recommendation, 'kind' | 'scope' | 'target' | 'change'>): string =>
  JSON.stringify([
    'route' in change ? 'route' : kind,
    scope.scope,
    scope.scopeId,
    change.kind === 'model' ? `model/${routeTarget(change.route)}` : target,
  ]);

type Subject = Pick<Recommendation, 'kind' | 'scope' | 'target' | 'change'>;

/** Adds an id to the subject of advice. */
export const identified = <Given extends Subject>(subject: Given): Given & { id: string } => ({
  id: adviceId(subject),
  ...subject,
});

/**
 * The same advice gets the same id every day: 64 bits of its kind, scope, target and what it changes to.
 * What is accepted or dismissed is this change, and not another one for the same target.
 */
function adviceId({ kind, scope, target, change }: Subject): string {
  const text = [kind, scope.scope, scope.scopeId, target, outcomeTextOf(change)].join('#');
  const half = (part: string): string => textHash(part).toString(16).padStart(8, '0');
  return `advice-${half(text)}${half(`again#${text}`)}`;
}

/** What a change leads to. Amounts that move a little every day are left out. */
function outcomeTextOf(change: Change): string {
  switch (change.kind) {
    case 'model':
    case 'place':
      return change.toModel;
    case 'prefix-cache':
      return change.plan;
    case 'cache-reads':
      return `${change.cause}#${change.since}`;
    case 'tier':
      return change.tier;
    default:
      return '';
  }
}
