import * as z from 'zod';

const organizationId = z.string().min(1);

/** A message in the queue of jobs. It only names what to do; the table has the details. */
export const jobMessage = z.discriminatedUnion('kind', [
  /** Look which jobs of an organization can start. */
  z.strictObject({ kind: z.literal('dispatch'), organizationId }),
  /** Run a job. A message of an earlier turn does nothing. */
  z.strictObject({
    kind: z.literal('run'),
    organizationId,
    jobId: z.uuid(),
    turn: z.int().min(1),
  }),
  /** Take the next step with a batch. */
  z.strictObject({ kind: z.literal('batch'), organizationId, batchId: z.uuid() }),
]);
export type JobMessage = z.output<typeof jobMessage>;

const cacheWish = z.object({
  lifeSeconds: z.number(),
  takesTools: z.boolean(),
  takesDefaultTemperature: z.boolean(),
});

/** What a job asks for, as it is stored with its text. */
export const jobRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    modelName: z.string().min(1),
    payer: z.looseObject({ system: z.string(), userId: z.string() }),
    /** A body of Bedrock Converse. */
    body: z.record(z.string(), z.unknown()),
    isLimitedAsPredicted: z.boolean(),
    marksPrompts: z.boolean(),
    /** What the headers say of the cache of answers and of shorter prompts. */
    cache: z.union([z.literal('off'), cacheWish]).optional(),
    shortening: z
      .object({ isOptimized: z.boolean(), maxInputTokens: z.number().optional() })
      .optional(),
  }),
  z.object({
    kind: z.literal('reservation'),
    request: z.looseObject({ system: z.string(), userId: z.string() }),
  }),
]);
