import type { Capability, CatalogModel } from '../catalog/model.ts';
import type { Severity } from '../severity.ts';
import type { ModelApi } from '../gateway/wire-format.ts';
import type { LeftOutReason } from './left-out.ts';
import { knownQuality, type Merits } from './merits.ts';

/** What a request needs from the model that serves it. */
export type Wishes = {
  model?: string | undefined;
  /** If present, the only models besides the requested one that may serve the request. */
  candidates?: readonly string[] | undefined;
  /** `false`: only the model asked for, or the recommended one, may serve the request. */
  downgrade?: boolean | undefined;
  /** 0 to 1. */
  minQuality?: number | undefined;
  /**
   * How much worse than the requested model another one may be, as a share of that one's quality, with a
   * probability of 95 %.
   */
  maxQualityLoss?: number | undefined;
  /** How many standard errors `maxQualityLoss` allows for. Default: 1.64, for the 95 %. */
  allowedErrors?: number | undefined;
  maxLatencyMs?: number | undefined;
  /** As stated by the caller, or counted if the request contains text. */
  inputTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
  region?: string | undefined;
  /** How important the work is. Decides which model is best if the caller names none. */
  severity?: Severity | undefined;
  /** The model must speak one of these. */
  apis?: readonly ModelApi[] | undefined;
  /** The model must have all of these. */
  capabilities?: readonly Capability[] | undefined;
};

/** Why a model's quality does not suffice, if it does not. What is hardly known does not. */
export function whyTooLow({ minQuality }: Wishes, merits: Merits): QualityReason | undefined {
  if (minQuality === undefined) return undefined;
  const quality = knownQuality(merits);
  if (quality === undefined) return minQuality > 0 ? 'quality-unknown' : undefined;
  return quality < minQuality ? 'quality' : undefined;
}

type QualityReason = Extract<LeftOutReason, 'quality' | 'quality-unknown'>;

const ONE_SIDED_95 = 1.6449;

/**
 * Why a model may be worse than the requested one by more than the request allows: it seems to be, or
 * too little is known of either to say that it is not.
 */
export function whyTooMuchLoss(
  { maxQualityLoss, allowedErrors = ONE_SIDED_95 }: Wishes,
  requested: Merits | undefined,
  { quality = 0, uncertainty = 1 }: Merits,
): QualityReason | undefined {
  if (maxQualityLoss === undefined) return undefined;
  const { quality: wanted = 1, uncertainty: doubt = 1 } = requested ?? {};
  const least = (1 - maxQualityLoss) * wanted;
  const margin = allowedErrors * Math.hypot(uncertainty, (1 - maxQualityLoss) * doubt);
  if (quality - margin >= least) return undefined;
  return quality < least ? 'quality' : 'quality-unknown';
}

/** Whether a model is too slow. Unknown latency counts as too slow. */
export const isTooSlow = ({ maxLatencyMs }: Wishes, { latencyMs }: Merits): boolean =>
  maxLatencyMs !== undefined && (latencyMs ?? Infinity) > maxLatencyMs;

/** Whether the input, or the requested output, is too long for a model. */
export const lacksRoom = (
  { inputTokens = 0, maxOutputTokens = 0 }: Wishes,
  limits: Pick<CatalogModel, 'contextTokens' | 'maxOutputTokens'>,
): boolean => inputTokens >= limits.contextTokens || maxOutputTokens > limits.maxOutputTokens;

/**
 * Whether a model speaks none of the APIs that a request needs. Nobody calls a model by an API that it
 * may not speak, so this also holds for a model that the catalog does not know.
 */
export const lacksApi = (
  { apis }: Pick<Wishes, 'apis'>,
  entry: Pick<CatalogModel, 'apis'> | undefined,
): boolean => apis !== undefined && !apis.some((api) => entry?.apis?.includes(api));

/**
 * Why a model cannot serve a request at all, however good, fast and cheap it is. A model that is not
 * known to be absent from a region counts as served there.
 */
export function whyUnfit(
  wishes: Wishes,
  entry: CatalogModel | undefined,
  nowMs: number,
): LeftOutReason | undefined {
  if (lacksApi(wishes, entry)) return 'api';
  if (!entry) return undefined;
  const { capabilities = [], regions, endsAtMs = Infinity } = entry;
  if (!(wishes.capabilities ?? []).every((needed) => capabilities.includes(needed))) {
    return 'capability';
  }
  if (wishes.region !== undefined && regions?.includes(wishes.region) === false) return 'region';
  if (endsAtMs <= nowMs) return 'ended';
  return lacksRoom(wishes, entry) ? 'no-room' : undefined;
}

/** The first requirement that a model fails, if any. */
export function unmetWish(wishes: Wishes, model: Merits): LeftOutReason | undefined {
  const because = whyTooLow(wishes, model);
  if (because) return because;
  return isTooSlow(wishes, model) ? 'latency' : undefined;
}

/** Whether the caller named a model as good enough. */
export const isNamed = ({ model, candidates = [] }: Wishes, name: string): boolean =>
  model === name || candidates.includes(name);

/** Whether the caller leaves the choice to the catalog. */
export const isOpen = ({ model, candidates }: Wishes): boolean =>
  model === undefined && candidates === undefined;
