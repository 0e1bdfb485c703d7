import * as z from 'zod';
import type { Named } from '../domain/naming/naming.ts';
import { SERVICE_TIERS } from '../domain/pricing/service-tier.ts';
import { SEVERITIES } from '../domain/severity.ts';
import type { RequestNeeds } from './request-needs.ts';
import { requestTraits } from './request-traits.ts';
import { unitFields } from './billed-units.ts';
import {
  holdSeconds,
  identifier,
  modelName,
  imageVariant,
  milliseconds,
  sessionId,
  share,
  tags,
  tokenCount,
} from './fields.ts';

const MAX_PROMPT_CHARACTERS = 900_000;

/** Counts of units are not predicted, so the caller estimates them. */
const unitEstimates = z
  .strictObject(unitFields((description) => tokenCount.optional().meta({ description })))
  .omit({ images: true })
  .refine((units) => Object.keys(units).length > 0, 'must name a unit')
  .optional()
  .meta({
    description:
      'Expected counts of everything but text tokens and images: tool calls, tokens to train on, seconds of a GPU. Held in full; the rate card must price them',
  });

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.union([
    z.string().max(MAX_PROMPT_CHARACTERS),
    z
      .array(
        z.strictObject({ type: z.literal('text'), text: z.string().max(MAX_PROMPT_CHARACTERS) }),
      )
      .max(1_000),
  ]),
});

/** Whether a request says what its input is. */
export const hasInput = ({ inputTokens, prompt, messages }: Record<string, unknown>): boolean =>
  inputTokens !== undefined || prompt !== undefined || messages !== undefined;

export const NO_INPUT = {
  path: ['inputTokens'],
  message: 'send inputTokens, prompt or messages, because the cost depends on it',
};

/** Whether a request names the model against which a loss is measured, if it allows one. */
export const hasMeasure = ({ maxQualityLoss, model }: Record<string, unknown>): boolean =>
  maxQualityLoss === undefined || model !== undefined;

export const NO_MEASURE = {
  path: ['maxQualityLoss'],
  message: 'needs model, because the loss is measured against it',
};

/**
 * What is known about an AI request before it is made. The caller's key determines the
 * organization.
 */
export const aiRequest = z
  .strictObject({
    system: identifier.meta({ example: 'relaycore' }),
    userId: identifier,
    departmentId: identifier.optional(),
    operation: identifier.optional().meta({ example: 'chat' }),
    model: modelName.optional().meta({ example: 'anthropic.claude-sonnet-4-6' }),
    candidates: z.array(modelName).min(1).max(20).optional().meta({
      description:
        'The only models that may serve the request, besides `model`. Without candidates, cheaper models of the same maker may serve it',
    }),
    downgrade: z.boolean().optional().meta({
      description: 'false: only the model asked for may serve the request. Default: true',
    }),
    prompt: z.string().max(MAX_PROMPT_CHARACTERS).optional(),
    messages: z.array(message).min(1).max(2_000).optional(),
    inputTokens: tokenCount.optional(),
    maxOutputTokens: tokenCount.min(1, 'must be at least 1').optional(),
    ...requestTraits,
    serviceTier: z.enum(SERVICE_TIERS).optional().meta({ description: 'Default: standard' }),
    images: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'Number of images, for models priced per image. Default: 1' }),
    units: unitEstimates,
    imageVariant,
    severity: z.enum(SEVERITIES).optional().meta({ description: 'Default: medium' }),
    minQuality: share.optional(),
    maxQualityLoss: share.optional().meta({
      description:
        'How much worse than `model` another model may be, as a share of its quality, with a probability of 95 % by what is known of both. The cheapest that keeps to it serves the request. Needs `model`',
      example: 0.02,
    }),
    maxLatencyMs: milliseconds.refine((ms) => ms > 0, 'must be more than 0').optional(),
    region: identifier.optional().meta({ example: 'eu-west-1' }),
    sessionId: sessionId.optional(),
    holdSeconds: holdSeconds.optional().meta({
      description:
        'How long the reservation holds its money, from 30 seconds to a day. Default: that of the session or user by /v1/defaults, else that of the deployment',
    }),
    tags: tags.optional(),
    workflowId: identifier.optional().meta({
      description:
        'The workflow (POST /v1/workflows) that pays, as far as it has the money. Otherwise the request holds its own',
      example: '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44',
    }),
  })
  .refine(hasInput, NO_INPUT)
  .refine(hasMeasure, NO_MEASURE)
  .meta({ id: 'AiRequest' });

/** The form that use cases get, with canonical ids of its principals. */
export type AiRequest = Named<z.output<typeof aiRequest>> & RequestNeeds;
