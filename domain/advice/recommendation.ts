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

/** A kind that an organization is not advised on, and why. */
export type LeftOut = { kind: AdviceKind; why: string };

export const EFFORTS = ['low', 'medium', 'high'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Requests of one system that do one thing with one model. */
export type Route = { system: string; operation?: string | undefined; model: string };

/** What accepted advice changes: what its outcome is measured by. */
export type Change =
  | { kind: 'model'; route: Route; toModel: string }
  | { kind: 'prefix-cache'; route: Route; plan: 'off' | '5m' | '1h' }
  | { kind: 'response-cache'; route: Route }
  | { kind: 'input-length'; route: Route; beforeInputTokens: number; toInputTokens: number }
  | { kind: 'tier'; route: Route; tier: 'batch' | 'flex' }
  | { kind: 'warmth'; functionName: string; memoryMiB: number; beforeMin: number }
  | { kind: 'setting' };

/**
 * What may be lost by a change of model: shares of the present quality. `prior` is the catalogue's
 * opinion; `measured` comes of graded requests and has a one-sided 95 % bound.
 */
export type QualityRisk = {
  basis: 'prior' | 'measured';
  expectedLoss: number;
  upperLoss?: number | undefined;
  graded?: number | undefined;
};

/** What the requests behind advice were before it: the unit costs that an outcome stands beside. */
export type Before = { requests: number; costNanoUsd: NanoUsd };

export type Recommendation = {
  id: string;
  kind: AdviceKind;
  scope: ScopeRef;
  /** What in the scope it is about, such as an operation and its model. */
  target: string;
  title: string;
  /** The setting or the call that carries it out. */
  action: string;
  change: Change;
  /** 0 if it saves no money but bounds what can be lost. */
  savingNanoUsdPerMonth: NanoUsd;
  effort: Effort;
  confidence: Confidence;
  evidence: Evidence;
  qualityRisk?: QualityRisk | undefined;
  before?: Before | undefined;
};

type Subject = Pick<Recommendation, 'kind' | 'scope' | 'target'>;

/** What advice is about, with its id. */
export const identified = (subject: Subject): Subject & Pick<Recommendation, 'id'> => ({
  id: adviceId(subject),
  ...subject,
});

/** The same advice has the same id on every day: 64 bits of its kind, scope and target. */
function adviceId({ kind, scope, target }: Subject): string {
  const text = [kind, scope.scope, scope.scopeId, target].join('#');
  const half = (part: string): string => textHash(part).toString(16).padStart(8, '0');
  return `advice-${half(text)}${half(`again#${text}`)}`;
}

/** `chat with amazon.nova-pro-v1:0`. */
export const routeText = ({ operation, model }: Route): string =>
  `${operation ?? 'requests without an operation'} with ${model}`;

/** What tells a route from the others of its system. */
export const routeTarget = ({ operation, model }: Route): string =>
  `${operation ?? '(none)'}/${model}`;
