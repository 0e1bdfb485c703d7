import type { CatalogModel } from '../catalog/model.ts';
import type { LeftOutReason } from './left-out.ts';

/** What a request asks of the model that serves it. */
export type Wishes = {
  model?: string | undefined;
  /** Models that are good enough, besides the one asked for. */
  candidates?: readonly string[] | undefined;
  /** 0 to 1. */
  minQuality?: number | undefined;
  maxLatencyMs?: number | undefined;
  /** As stated; where the request has a text instead, what was counted. */
  inputTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
};

type Merits = Pick<CatalogModel, 'quality' | 'latencyMs'>;

/** Whether a model is not as good as asked; one of unknown quality is not. */
export const lacksQuality = ({ minQuality }: Wishes, { quality }: Merits): boolean =>
  minQuality !== undefined && (quality ?? 0) < minQuality;

/** Whether a model is not as fast as asked; one of unknown latency is not. */
export const isTooSlow = ({ maxLatencyMs }: Wishes, { latencyMs }: Merits): boolean =>
  maxLatencyMs !== undefined && (latencyMs ?? Infinity) > maxLatencyMs;

/** Whether the input, or the output where one is asked for, is too long for a model. */
export const lacksRoom = (
  { inputTokens = 0, maxOutputTokens = 0 }: Wishes,
  limits: Pick<CatalogModel, 'contextTokens' | 'maxOutputTokens'>,
): boolean => inputTokens >= limits.contextTokens || maxOutputTokens > limits.maxOutputTokens;

/** Which wish a model does not meet, if any. */
export function unmetWish(wishes: Wishes, model: Merits): LeftOutReason | undefined {
  if (lacksQuality(wishes, model)) return 'quality';
  return isTooSlow(wishes, model) ? 'latency' : undefined;
}

/** Whether the caller has named a model as good enough. */
export const isNamed = ({ model, candidates = [] }: Wishes, name: string): boolean =>
  model === name || candidates.includes(name);

/** Whether the caller leaves the choice to the catalog. */
export const isOpen = ({ model, candidates }: Wishes): boolean =>
  model === undefined && candidates === undefined;
