import { readEnvironment } from '../../aws/environment.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { createLearning } from '../../services/prediction/learn-from-postings.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createRefreshed } from '../../services/refreshed.ts';
import { postingsOfChange } from '../../tables/ledger/entry-items.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { createSuspenseStore } from '../../tables/suspense-items.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { aggregateUsage as aggregateUsageFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(aggregateUsageFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const artifacts = createPredictorArtifactStore(db);
const onError = (error: unknown): void => edge.telemetry.error('PREDICTOR_NOT_RENEWED', { error });
const predictors = createPredictorState({ artifacts, now: edge.now, onError });

/** A newly listed tag counts within seconds. */
const settingsOf = createReportSettingsStore(db);
const listedTags = createRefreshed(settingsOf.listedTags, {
  now: edge.now,
  freshMs: 10_000,
  staleMs: 60_000,
  onError: (error) => edge.telemetry.error('TAGS_NOT_RENEWED', { error }),
});

export const handler = createHandler({
  ...edge,
  postingsOf(record) {
    const { before, after } = imagesOf(record);
    return postingsOfChange(before, after);
  },
  usage: createTokenUsageStore(db),
  listedTags,
  learn: createLearning({ artifacts, predictors, ...edge }),
  cache: createAnalyticsCacheStore(db),
  suspense: createSuspenseStore(db),
  retentionDays: settings.PURSER_RETENTION_DAYS,
});
