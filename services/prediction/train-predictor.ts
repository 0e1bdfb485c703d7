import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { parseShape } from '../../domain/prediction/prompt-shape.ts';
import { sessionOf } from '../../domain/prediction/route-statistics.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { PredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import {
  type BackTest,
  fitOutputModel,
  type Sample,
} from '../../domain/prediction/fit-output-model.ts';
import { promotePredictor } from './manage-predictors.ts';

export type TrainDeps = {
  usage: Pick<TokenUsageStore, 'listByOrganizationHour'>;
  analytics: Pick<ReturnType<typeof createTokenAnalyticsStore>, 'listActiveOrganizations'>;
  artifacts: Pick<PredictorArtifactStore, 'readPromotion' | 'putModel' | 'promotion' | 'demotion'>;
  audit: Pick<AuditLog, 'change'>;
  telemetry: Telemetry;
};

export type Training = {
  organizationId: string;
  samples: number;
  version?: string | undefined;
  promoted: boolean;
  /** Whether the current predictor has become less accurate or misses its bound. */
  drifted: boolean;
};

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = 14 * 24;
const MAX_SAMPLES = 20_000;
const PAGE = 500;
/** A 95 % bound with less coverage has not kept up; the noise of 500 requests is 1 %. */
const LEAST_COVER = 0.92;
const MOST_ERROR_GROWTH = 1.3;
/** With fewer recent requests, one night in fourteen looks like drift by chance. */
const LEAST_NEWEST = 200;

/**
 * Refits the predictor of every organization active yesterday or today on its newest settled
 * requests, stores each fit under its version, and promotes it if the back-test shows an
 * improvement. One organization's failure does not stop the others.
 */
export async function trainPredictors(deps: TrainDeps, nowMs: number): Promise<Training[]> {
  const days = [nowMs - 24 * HOUR_MS, nowMs].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const active = await Promise.all(days.map((day) => deps.analytics.listActiveOrganizations(day)));
  const trainings: Training[] = [];
  for (const organizationId of new Set(active.flat())) {
    try {
      const training = await trainPredictor(deps, organizationId, nowMs);
      deps.telemetry.metric('PredictorTrained', 1, { Promoted: String(training.promoted) });
      deps.telemetry.info('PREDICTOR_TRAINED', training);
      if (training.drifted) {
        deps.telemetry.metric('PredictorDrift', 1, {});
        deps.telemetry.warn('PREDICTOR_DRIFT', training);
      }
      trainings.push(training);
    } catch (error) {
      deps.telemetry.error('PREDICTOR_NOT_TRAINED', { organizationId, error });
    }
  }
  return trainings;
}

/** Refits one organization's predictor. */
export async function trainPredictor(
  { usage, artifacts, audit }: TrainDeps,
  organizationId: string,
  nowMs: number,
): Promise<Training> {
  const samples = await readSamples(usage, organizationId, nowMs);
  const active = (await artifacts.readPromotion(organizationId))?.model;
  const version = `regression-${new Date(nowMs).toISOString()}`;
  const test = fitOutputModel(samples, { version, nowMs, active });
  if (!test) {
    return { organizationId, samples: samples.length, promoted: false, drifted: false };
  }
  await artifacts.putModel(organizationId, test.candidate);
  const { better: promoted } = test;
  if (promoted) {
    const who = { organizationId, actor: 'automatic' };
    await promotePredictor(
      { artifacts, audit },
      { ...who, nowMs },
      { version, rolloutPercent: 100 },
    );
  }
  return {
    organizationId,
    samples: samples.length,
    version,
    promoted,
    drifted: hasDrifted(test.inForce, test.candidate.metrics.testedOn),
  };
}

/** Whether the newest requests' coverage and error are outside their limits. */
export const hasDrifted = ({ newest, before }: BackTest['inForce'], testedOn: number): boolean =>
  testedOn >= LEAST_NEWEST &&
  (newest.cover < LEAST_COVER || newest.logError > before.logError * MOST_ERROR_GROWTH);

/** The newest requests of the window, oldest first. */
async function readSamples(
  usage: TrainDeps['usage'],
  organizationId: string,
  nowMs: number,
): Promise<Sample[]> {
  const newestFirst: Sample[] = [];
  for (let back = 0; back < WINDOW_HOURS && newestFirst.length < MAX_SAMPLES; back += 1) {
    const hourMs = (Math.floor(nowMs / HOUR_MS) - back) * HOUR_MS;
    const hour = new Date(hourMs).toISOString().slice(0, 13);
    const range = { fromMs: hourMs, toMs: hourMs + HOUR_MS, limit: PAGE };
    const pages = pagesAfter((after) =>
      usage.listByOrganizationHour(organizationId, hour, { ...range, after }),
    );
    for await (const { records } of pages) {
      newestFirst.push(...records.flatMap(sampleOf));
      if (newestFirst.length >= MAX_SAMPLES) break;
    }
  }
  return newestFirst.toReversed();
}

function sampleOf(posting: Posting): Sample[] {
  const { usage } = posting;
  const inputTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  if (posting.kind === 'presumption' || inputTokens < 0 || usage.outputTokens < 0) return [];
  if (inputTokens + usage.outputTokens === 0) return [];
  return [
    {
      inputTokens,
      outputTokens: usage.outputTokens,
      maxOutputTokens: posting.maxOutputTokens,
      model: posting.model,
      system: posting.system,
      operation: posting.operation,
      session: sessionOf(posting.tags),
      shape: posting.promptShape === undefined ? undefined : parseShape(posting.promptShape),
      atMs: posting.occurredAtMs,
    },
  ];
}
