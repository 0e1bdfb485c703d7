import * as z from 'zod';
import type { OutputModel } from '../domain/prediction/fitted-model.ts';
import { ONLINE_VERSION } from '../domain/prediction/predictor-state.ts';
import { identifier, instantText } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_VERSIONS = 20;

const percent = z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100');

export const promotePredictorBody = z
  .strictObject({
    version: identifier.meta({ example: 'regression-2026-11-21T02:15:00.000Z' }),
    rolloutPercent: percent.default(100).meta({
      description:
        'Percentage of users, chosen by a stable hash, that it serves; the others keep the previous version',
    }),
  })
  .meta({ id: 'PromotePredictorInput' });

const activeView = z.object({
  version: z.string(),
  rolloutPercent: z.int(),
  previousVersion: z.string().optional(),
});

export const predictorsView = z
  .object({
    active: activeView.meta({ description: 'Version `online-2` is running statistics alone' }),
    items: z
      .array(
        z.object({
          version: z.string(),
          trainedAt: instantText,
          fittedOn: z.int(),
          testedOn: z.int(),
          logError: z.number(),
          baselineLogError: z.number(),
          cover: z.number(),
        }),
      )
      .meta({ description: `The newest ${MOST_VERSIONS} trained versions and their back-tests` }),
  })
  .meta({ id: 'Predictors' });
export type PredictorsView = z.output<typeof predictorsView>;

export const predictorRoutes = {
  listPredictors: defineRoute({
    method: 'GET',
    path: '/v1/predictors',
    summary: 'The active predictor and the versions available for rollback',
    roles: ['viewer', 'operator', 'admin'],
    access: { subject: 'organization' },
    responses: { 200: { description: 'Versions, newest first', schema: predictorsView } },
  }),
  promotePredictor: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/predictors/active',
    summary: 'Activate a version for all users or a share of them; roll back the same way',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: promotePredictorBody,
    problems: ['not-found'],
    responses: { 200: { description: 'Versions, newest first', schema: predictorsView } },
  }),
};

type Promotion = {
  model: Pick<OutputModel, 'version'>;
  rolloutPercent: number;
  previous?: Pick<OutputModel, 'version'> | undefined;
};

/** The promoted predictor and the trained versions, in the given order. */
export const predictorsViewOf = ({
  promotion,
  models,
}: {
  promotion?: Promotion | undefined;
  models: readonly Pick<OutputModel, 'version' | 'trainedAtMs' | 'metrics'>[];
}): PredictorsView => ({
  active: promotion
    ? {
        version: promotion.model.version,
        rolloutPercent: promotion.rolloutPercent,
        ...(promotion.rolloutPercent < 100 && {
          previousVersion: promotion.previous?.version ?? ONLINE_VERSION,
        }),
      }
    : { version: ONLINE_VERSION, rolloutPercent: 100 },
  items: models.map(({ version, trainedAtMs, metrics }) => ({
    version,
    trainedAt: new Date(trainedAtMs).toISOString(),
    ...metrics,
  })),
});
