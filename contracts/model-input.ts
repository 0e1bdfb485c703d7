import * as z from 'zod';
import { CAPABILITIES, type CatalogModel } from '../domain/catalog/model.ts';
import { MODEL_APIS } from '../domain/gateway/wire-format.ts';
import {
  identifier,
  instant,
  milliseconds,
  modelName,
  plainText,
  regionName,
  share,
  tokenCount,
} from './fields.ts';

const MOST_TASKS = 50;
const MOST_REGIONS = 100;

const tokens = tokenCount.min(1, 'must be at least 1');
const uncertainty = share.meta({
  description: 'Standard error of the quality: two of three times the truth is this close',
});
const source = plainText(200).min(1, 'must not be empty');

const taskQuality = z.strictObject({
  task: identifier.meta({ description: 'The operation of the requests that it holds for' }),
  quality: share,
  uncertainty,
  source: source.meta({ description: 'Who measured it, on what, and when' }),
});

const isOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/**
 * What an organization says about a model. What is left out stays as it ships with Purser, if the
 * model does.
 */
export const putModelBody = z
  .strictObject({
    provider: plainText(100).min(1, 'must not be empty').optional(),
    family: identifier.optional(),
    contextTokens: tokens.optional(),
    maxOutputTokens: tokens.optional(),
    quality: share.optional().meta({ description: 'For work of any kind' }),
    qualityUncertainty: uncertainty.optional(),
    qualitySource: source.optional(),
    taskQualities: z
      .array(taskQuality)
      .max(MOST_TASKS, `must have at most ${MOST_TASKS} entries`)
      .refine((list) => isOnce(list.map(({ task }) => task)), 'must name each task once')
      .optional(),
    specialization: identifier.optional().meta({
      description: 'The operation of requests that the model was made for',
      example: 'invoice-extraction',
    }),
    performanceScore: share.optional().meta({
      description: 'How a registry rates the model for its specialization',
    }),
    latencyMs: milliseconds.refine((ms) => ms > 0, 'must be more than 0').optional(),
    downgradeTo: modelName.optional(),
    recommendable: z
      .boolean()
      .optional()
      .meta({ description: 'Whether it may be chosen for a request that names no model' }),
    apis: z
      .array(z.enum(MODEL_APIS))
      .min(1, 'must name at least one')
      .max(MODEL_APIS.length)
      .refine(isOnce, 'must name each API once')
      .optional(),
    capabilities: z
      .array(z.enum(CAPABILITIES))
      .max(CAPABILITIES.length)
      .refine(isOnce, 'must name each capability once')
      .optional(),
    regions: z
      .array(regionName)
      .min(1, 'must name at least one; leave it out if you do not know')
      .max(MOST_REGIONS, `must have at most ${MOST_REGIONS} entries`)
      .refine(isOnce, 'must name each region once')
      .optional(),
    legacyFrom: instant
      .optional()
      .meta({ description: 'From when its provider calls it outdated' }),
    endsAt: instant.optional().meta({ description: 'From when its provider serves it no more' }),
  })
  .meta({ id: 'ModelInput' });

/** The entry that a body describes, with what it leaves out absent. */
export const modelFactsOf = ({
  legacyFrom,
  endsAt,
  ...facts
}: z.output<typeof putModelBody>): Partial<CatalogModel> => ({
  ...facts,
  ...(legacyFrom === undefined ? {} : { legacyFromMs: legacyFrom }),
  ...(endsAt === undefined ? {} : { endsAtMs: endsAt }),
});
