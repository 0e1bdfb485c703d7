import type { CatalogModel } from '../catalog/model.ts';
import type { LeftOutReason } from './left-out.ts';

/** What a request needs from the model that serves it. */
export type Wishes = {
  model?: string | undefined;
  /** If present, the only models besides the requested one that may serve the request. */
  candidates?: readonly string[] | undefined;
  /** `false`: only the model asked for, or the recommended one, may serve the request. */
  downgrade?: boolean | undefined;
  /** 0 to 1. */
  minQuality?: number | undefined;
  maxLatencyMs?: number | undefined;
  /** As stated by the caller, or counted if the request contains text. */
  inputTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
};

type Merits = Pick<CatalogModel, 'quality' | 'latencyMs'>;

/** Whether a model's quality is too low. Unknown quality counts as too low. */
export const lacksQuality = ({ minQuality }: Wishes, { quality }: Merits): boolean =>
  minQuality !== undefined && (quality ?? 0) < minQuality;

/** Whether a model is too slow. Unknown latency counts as too slow. */
export const isTooSlow = ({ maxLatencyMs }: Wishes, { latencyMs }: Merits): boolean =>
  maxLatencyMs !== undefined && (latencyMs ?? Infinity) > maxLatencyMs;

/** Whether the input, or the requested output, is too long for a model. */
export const lacksRoom = (
  { inputTokens = 0, maxOutputTokens = 0 }: Wishes,
  limits: Pick<CatalogModel, 'contextTokens' | 'maxOutputTokens'>,
): boolean => inputTokens >= limits.contextTokens || maxOutputTokens > limits.maxOutputTokens;

/** The first requirement that a model fails, if any. */
export function unmetWish(wishes: Wishes, model: Merits): LeftOutReason | undefined {
  if (lacksQuality(wishes, model)) return 'quality';
  return isTooSlow(wishes, model) ? 'latency' : undefined;
}

/** Whether the caller named a model as good enough. */
export const isNamed = ({ model, candidates = [] }: Wishes, name: string): boolean =>
  model === name || candidates.includes(name);

/** Whether the caller leaves the choice to the catalog. */
export const isOpen = ({ model, candidates }: Wishes): boolean =>
  model === undefined && candidates === undefined;
