import * as z from 'zod';
import { ALERT_CHANNELS } from '../domain/alerts/alert-channel.ts';
import { type Alert, ALERT_KINDS } from '../domain/alerts/alert.ts';
import type { Letter } from '../domain/letters/letter.ts';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { scope } from './fields.ts';

const letter = z.object({
  happened: z.string(),
  did: z.string().optional(),
  rows: z
    .array(z.object({ name: z.string(), value: z.string(), share: z.int().optional() }))
    .optional(),
  todo: z.array(z.string()).optional(),
  note: z.array(z.string()).optional(),
}) satisfies z.ZodType<Letter>;

/** An alert as a queue message. */
export const alertMessage = z.object({
  kind: z.enum([...ALERT_KINDS, 'test', 'digest']),
  severity: z.enum(LEVEL_NAMES),
  organizationId: z.string().min(1),
  scope,
  scopeId: z.string().min(1),
  spelling: z.string().optional(),
  dedupKey: z.string().min(1),
  incidentKey: z.string().min(1).optional(),
  endsAtMs: z.int().optional(),
  isEnd: z.boolean().optional(),
  alsoSaidBy: z.object({ kind: z.enum(ALERT_KINDS), severity: z.enum(LEVEL_NAMES) }).optional(),
  burst: z.string().min(1).optional(),
  onlyChannel: z.enum(ALERT_CHANNELS).optional(),
  subject: z.string().min(1),
  body: z.string(),
  letter: letter.optional(),
  attributes: z.record(z.string(), z.string()),
  atMs: z.int(),
}) satisfies z.ZodType<Alert>;
