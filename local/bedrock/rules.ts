import { z } from 'zod';
import { FAULT_KINDS } from './fault.ts';
import { APIS } from './model-call.ts';

/** A name in which `*` stands for any characters. */
const pattern = z.string().min(1).max(200);
const tokens = z.number().int().min(0).max(1_000_000);
const fault = z.strictObject({ kind: z.enum(FAULT_KINDS), message: z.string().optional() });
const json = z.record(z.string(), z.unknown());

const condition = z.strictObject({
  model: pattern.optional(),
  region: pattern.optional(),
  api: z.enum(APIS).optional(),
  streams: z.boolean().optional(),
  /** What the system prompt or a message contains. */
  text: z.string().min(1).optional(),
  /** The part of all calls that the rule is for, chosen by the seed. */
  share: z.number().min(0).max(1).optional(),
});

const step = z
  .strictObject({
    /** Answers with this fault instead. */
    fault: fault.optional(),
    text: z.string().min(1).optional(),
    reasoning: z.string().min(1).optional(),
    tools: z.array(z.strictObject({ name: z.string().min(1), input: json.optional() })).optional(),
    /** The exact length of a text that the stand-in makes up. */
    outputTokens: tokens.min(1).optional(),
    stop: z.enum(['filtered', 'refusal']).optional(),
    /** Ends a stream early: with a fault in the stream, or by closing the connection. */
    breaks: z.strictObject({ afterTokens: tokens, fault: fault.optional() }).optional(),
    /** Says nothing for a while in the middle of a stream. */
    pauses: z.strictObject({ afterTokens: tokens, ms: z.number().int().min(0) }).optional(),
    firstTokenMs: z.number().min(0).optional(),
    tokensPerSecond: z.number().positive().optional(),
  })
  .refine((value) => value.fault === undefined || Object.keys(value).length === 1, {
    message: 'A step with a fault says nothing else.',
  });

const rule = z.strictObject({
  when: condition.default({}),
  /** What happens to the first call that fits, the second and so on. The last one stays in force. */
  steps: z.array(step).min(1),
  /** Ends the rule after its last step instead. */
  once: z.boolean().default(false),
});

const outage = z.strictObject({
  region: pattern,
  model: pattern.default('*'),
  /** `fault`: 503. `closed`: the connection is closed without an answer. */
  how: z.enum(['fault', 'closed']).default('fault'),
});

const limits = z.strictObject({
  model: pattern,
  region: pattern.default('*'),
  tokensPerMinute: z.number().int().min(1).optional(),
  maxOutputTokens: tokens.min(1).optional(),
  firstTokenMs: z.number().min(0).optional(),
  tokensPerSecond: z.number().positive().optional(),
});

/** How batch and training jobs go. */
const jobs = z.strictObject({
  /** Batches with fewer records fail, as on Bedrock. */
  minimumRecords: z.number().int().min(1).default(100),
  /** How long a job is checked and waits for its turn. */
  waitMs: z.number().int().min(0).default(0),
  /** Default: all at once. */
  recordsPerSecond: z.number().positive().optional(),
  /** Default: at once. */
  trainedTokensPerSecond: z.number().positive().optional(),
  /** Bedrock refuses new jobs with this message. */
  refusal: z.string().min(1).optional(),
  /** New jobs fail with this message. */
  failure: z.string().min(1).optional(),
});

/** A rule file, and the body of `POST /_local/bedrock`. */
export const rulesSchema = z.strictObject({
  seed: z.string().default('bedrock'),
  /** 1: answers take as long as those of real models. 0: no waiting. */
  timeScale: z.number().min(0).max(10).default(0),
  /** The first that fits a call and has steps left decides. */
  rules: z.array(rule).default([]),
  outages: z.array(outage).default([]),
  /** The first that fits a call overrides what is known of its model. */
  limits: z.array(limits).default([]),
  jobs: jobs.prefault({}),
});

export type Rules = z.infer<typeof rulesSchema>;
export type RuleStep = z.infer<typeof step>;
export type Outage = z.infer<typeof outage>;
export type Limits = z.infer<typeof limits>;
export type JobRules = z.infer<typeof jobs>;
export type Condition = z.infer<typeof condition>;
export type StreamFault = z.infer<typeof fault>;

/** Reads rules. Throws an `Error` that names each wrong field. */
export function readRules(value: unknown, source: string): Rules {
  const result = rulesSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`,
  );
  throw new Error(`Correct the Bedrock rules in ${source}. ${faults.join('; ')}`);
}
