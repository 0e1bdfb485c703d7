import * as z from 'zod';
import { BASES } from '../domain/anomalies/detectors.ts';
import { EFFECTS } from '../domain/anomalies/explain-anomaly.ts';
import { instantText, scope, usdText } from './fields.ts';
import { newSpenderView } from './new-spenders.ts';

const anomalyExplanation = z
  .object({
    comparedWithFrom: instantText.meta({ description: 'Start of what it is compared with' }),
    differenceUsd: usdText,
    cause: z.enum(EFFECTS),
    volumeUsd: usdText.meta({ description: 'More or fewer requests' }),
    mixUsd: usdText.meta({
      description: 'Requests moved to more expensive, cheaper or new models',
    }),
    sizeUsd: usdText.meta({ description: 'More or fewer tokens per request' }),
    tokenMixUsd: usdText.meta({
      description:
        'More expensive or cheaper kinds of tokens, such as more output or fewer cached tokens',
    }),
    priceUsd: usdText.meta({
      description: 'A different price for the same tokens: price lists, service tiers, corrections',
    }),
    movers: z
      .array(
        z.object({
          dimension: z.string(),
          value: z.string(),
          beforeUsd: usdText,
          afterUsd: usdText,
        }),
      )
      .meta({
        description:
          'The values that moved more than their share of the cost before, those that explain most first; a dimension with one value explains nothing. Empty, with a mix of 0, if a scope below the organization had too many requests to examine or they are no longer stored',
      }),
  })
  .nullable()
  .meta({
    description:
      'Compared with the same hours of the previous week; a step with as many days before it, at most a week. Volume, mix, size, token mix and price add up exactly. ' +
      'null for all but the ten newest',
  });

const spikeView = z
  .object({
    kind: z.literal('spike'),
    from: instantText,
    to: instantText.meta({ description: 'End of its last hour' }),
    direction: z.enum(['above', 'below']),
    actualUsd: usdText.meta({ description: 'For the unusual hours only' }),
    expectedUsd: usdText.meta({ description: 'For the same hours' }),
    score: z
      .number()
      .meta({ description: 'Largest mean deviation over all detectors, in usual spreads' }),
    comparedWith: z.enum(BASES).meta({
      description:
        'The comparison that was most accurate so far: the past week, the same hour of the day, or the same hour of the week',
    }),
    explanation: anomalyExplanation,
  })
  .meta({ id: 'SpendSpike', description: 'Hours that cost more or less than usual' });

const stepView = z
  .object({
    kind: z.literal('step'),
    from: instantText.meta({ description: 'Start of its first day' }),
    to: instantText.meta({ description: 'End of its last whole day so far' }),
    direction: z.enum(['above', 'below']),
    since: z
      .string()
      .meta({ description: 'First UTC day of the new level', example: '2026-11-21' }),
    beforeUsd: usdText.meta({ description: 'A usual day in the four weeks before' }),
    sinceUsd: usdText.meta({ description: 'A usual day since, of at most four weeks' }),
    explanation: anomalyExplanation,
  })
  .meta({
    id: 'SpendStep',
    description:
      'A day from which on a usual day costs more or less. It is seen after five days, and replaces the spike that it began with',
  });

export const anomalyView = z
  .discriminatedUnion('kind', [spikeView, stepView])
  .meta({ id: 'SpendAnomaly' });

export const anomaliesView = z
  .object({
    scope,
    scopeId: z.string(),
    from: instantText,
    to: instantText,
    items: z.array(z.union([anomalyView, newSpenderView])),
  })
  .meta({ id: 'SpendAnomalies' });
