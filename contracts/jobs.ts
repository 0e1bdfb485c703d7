import * as z from 'zod';
import { JOB_STATES, RESULT_KEPT_MS, HOUR_MS, type Job } from '../domain/jobs/job.ts';
import { formatUsd } from '../domain/money.ts';
import { SEVERITIES } from '../domain/severity.ts';
import type { Role } from '../domain/access/caller.ts';
import { aiRequest } from './ai-request.ts';
import {
  identifier,
  instant,
  instantText,
  modelName,
  pageCursor,
  pageLimit,
  tokenCount,
  usd,
  usdText,
} from './fields.ts';
import { defineRoute } from './route.ts';
import { refuseBesideTemplate, templateUse } from './template-use.ts';

const severity = z.enum(SEVERITIES);
const { system, userId, departmentId, prompt: text, maxOutputTokens } = aiRequest.shape;

/** What `/v1/invocations` reads: the fields of an AI request, and members of Bedrock Converse. */
const MEMBERS = new Set([
  ...Object.keys(aiRequest.shape),
  'modelId',
  'template',
  'stream',
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'outputConfig',
]);

/** The body of `/v1/invocations`, with its text. The gateway's own reader checks the rest of it. */
const queuedRequest = z
  .looseObject({
    system: z
      .union([system, z.array(z.looseObject({})).max(100)])
      .optional()
      .meta({ description: "The system that asks; as a list, Bedrock Converse's system prompt" }),
    userId: userId.optional(),
    departmentId,
    model: modelName.optional().meta({
      description: 'Default: the cheapest that is good and fast enough for the request',
    }),
    modelId: modelName.optional(),
    prompt: text.unwrap().min(1, 'must not be empty').optional(),
    messages: z
      .array(z.looseObject({ role: z.string().max(16) }))
      .min(1)
      .max(2_000)
      .optional(),
    template: templateUse.optional(),
    maxOutputTokens,
    inferenceConfig: z
      .looseObject({ maxTokens: tokenCount.min(1, 'must be at least 1').optional() })
      .optional(),
    stream: z.literal(false, 'must be left out: a job has its whole answer at once').optional(),
  })
  .superRefine((request, context) => {
    for (const name of Object.keys(request).filter((member) => !MEMBERS.has(member))) {
      context.addIssue({ code: 'custom', path: [name], message: 'is not a known field' });
    }
  })
  .superRefine(refuseBesideTemplate)
  .refine(({ prompt, messages, template }) => (prompt ?? messages ?? template) !== undefined, {
    path: ['prompt'],
    message: 'send prompt, messages or template, because Purser makes the call for you',
  });

export const jobBody = z
  .strictObject({
    request: queuedRequest,
    severity: severity.optional().meta({
      description: 'Its place in the queue. Default: that of the request, else medium',
    }),
    deadline: instant.optional().meta({
      description:
        'When it is dropped if it has not started. Default: in 31 days; a later one counts as that',
    }),
    waitingUsdPerHour: usd.optional().meta({
      description:
        'What an hour of waiting costs you, which may be 0. With it, the call may wait up to a day to be served in a batch, if that saves more. Without it, it never does',
      example: '0',
    }),
    retryLost: z.boolean().optional().meta({
      description:
        'true: a call whose answer was lost is made again, and may be paid twice. Default: false',
    }),
  })
  .meta({ id: 'JobInput' });

export const jobChange = z
  .strictObject({ severity: severity.optional(), deadline: instant.optional() })
  .refine((change) => Object.keys(change).length > 0, 'must change severity or deadline')
  .meta({ id: 'JobChange' });

const position = z.int().min(1).meta({ description: 'From 1, among those that wait' });
const expectedStart = instantText.nullable().meta({
  description: 'When it may start as things stand; null if nobody can say',
});

export const queuedJob = z
  .object({ jobId: z.uuid(), decision: z.literal('queue'), position, expectedStart })
  .meta({ id: 'QueuedJob' });
export type QueuedJob = z.output<typeof queuedJob>;

export const jobView = z
  .object({
    jobId: z.uuid(),
    state: z.enum(JOB_STATES),
    attempts: z.int(),
    position: position.optional(),
    expectedStart: expectedStart.optional(),
    reservationId: z.string().optional().meta({
      description:
        'The money that it holds or spent. For a job without text: make the call, then settle this',
    }),
    costUsd: usdText.optional(),
    isInBatch: z.boolean().optional().meta({ description: 'It is served in a batch' }),
    savedUsd: usdText.optional().meta({
      description: 'What a batch or the flex tier saved against the usual price',
    }),
    reason: z.string().optional().meta({
      description: 'Why it waits again, or why it ended without an answer',
    }),
    result: z
      .looseObject({})
      .optional()
      .meta({
        description: `The answer of the model, in the form of Bedrock Converse. Kept for ${RESULT_KEPT_MS / HOUR_MS} hours`,
      }),
    resultUntil: instantText.optional(),
    severity,
    system: z.string(),
    userId: z.string(),
    departmentId: z.string().optional(),
    model: z.string(),
    expectedCostUsd: usdText,
    submittedAt: instantText,
    deadline: instantText,
    endedAt: instantText.optional(),
  })
  .meta({ id: 'Job' });

const spenders: Role[] = ['caller', 'operator', 'admin'];
const readers: Role[] = ['viewer', ...spenders];
const jobPath = z.strictObject({ id: z.string().max(128) });
const ONE = { 200: { description: 'The job', schema: jobView } };

export const jobRoutes = {
  createJob: defineRoute({
    method: 'POST',
    path: '/v1/jobs',
    summary:
      'Queue a call of a model that can wait: Purser makes it when every budget that applies has room',
    roles: spenders,
    access: { subject: 'principals', in: 'body' },
    body: jobBody,
    maxBodyBytes: 4 * 1024 * 1024,
    idempotencyKey: 'identifies',
    problems: ['forbidden', 'unknown-price', 'too-many-requests'],
    responses: { 202: { description: 'It waits for its turn', schema: queuedJob } },
  }),
  listJobs: defineRoute({
    method: 'GET',
    path: '/v1/jobs',
    summary: 'Jobs, newest first, without their answers',
    roles: readers,
    access: { subject: 'principals', in: 'query' },
    query: z.strictObject({
      state: z.enum(JOB_STATES).optional(),
      userId: identifier.optional(),
      departmentId: identifier.optional(),
      system: identifier.optional(),
      limit: pageLimit,
      cursor: pageCursor,
    }),
    responses: {
      200: {
        description: 'A page of jobs',
        schema: z.object({ items: z.array(jobView), nextCursor: z.string().optional() }),
      },
    },
  }),
  getJob: defineRoute({
    method: 'GET',
    path: '/v1/jobs/{id}',
    summary: 'A job: its state, its place in the queue, its cost and its answer',
    roles: readers,
    access: { subject: 'record' },
    params: jobPath,
    problems: ['not-found'],
    responses: ONE,
  }),
  changeJob: defineRoute({
    method: 'PATCH',
    path: '/v1/jobs/{id}',
    summary: 'Change the severity or the deadline of a job that waits',
    idempotencyKey: 'remembered',
    roles: spenders,
    access: { subject: 'record' },
    params: jobPath,
    body: jobChange,
    problems: ['not-found', 'conflict'],
    responses: ONE,
  }),
  deleteJob: defineRoute({
    method: 'DELETE',
    path: '/v1/jobs/{id}',
    summary:
      'Cancel a job that waits; drop the answer of one that runs or ended. A call that runs is paid',
    roles: spenders,
    access: { subject: 'record' },
    params: jobPath,
    problems: ['not-found'],
    responses: ONE,
  }),
};

/** What a caller learns of a job besides what is stored of it. */
export type JobFacts = {
  /** Its place among those that wait, if it waits. */
  place?: { position: number; expectedStartMs: number | undefined } | undefined;
  result?: Record<string, unknown> | undefined;
};

/** The API's answer to a request that waits. */
export const queuedJobOf = (
  { jobId }: Pick<Job, 'jobId'>,
  { position: place, expectedStartMs }: NonNullable<JobFacts['place']>,
): QueuedJob => ({
  jobId,
  decision: 'queue',
  position: place,
  expectedStart: isoOrNull(expectedStartMs),
});

/** The API's view of a job. */
export const jobViewOf = (
  job: Job,
  { place, result }: JobFacts = {},
): z.output<typeof jobView> => ({
  jobId: job.jobId,
  state: job.state,
  attempts: job.attempts,
  ...(place ? { position: place.position, expectedStart: isoOrNull(place.expectedStartMs) } : {}),
  reservationId: job.reservationId,
  costUsd: job.costNanoUsd === undefined ? undefined : formatUsd(job.costNanoUsd),
  isInBatch: job.batchId === undefined ? undefined : true,
  savedUsd: job.savedNanoUsd === undefined ? undefined : formatUsd(job.savedNanoUsd),
  reason: job.reason,
  result,
  resultUntil: job.resultUntilMs === undefined ? undefined : iso(job.resultUntilMs),
  severity: job.severity,
  system: job.system,
  userId: job.userId,
  departmentId: job.departmentId,
  model: job.model,
  expectedCostUsd: formatUsd(job.expectedNanoUsd),
  submittedAt: iso(job.submittedAtMs),
  deadline: iso(job.deadlineMs),
  endedAt: job.endedAtMs === undefined ? undefined : iso(job.endedAtMs),
});

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : iso(ms));
