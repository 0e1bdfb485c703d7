import * as z from 'zod';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { EVENT_KINDS, type PurserEvent } from '../domain/events/purser-event.ts';

/** An event that waits to be put on the bus, as it is stored. */
export const eventMessage = z.object({
  kind: z.enum(EVENT_KINDS),
  organizationId: z.string().min(1),
  dedupKey: z.string().min(1),
  atMs: z.int(),
  severity: z.enum(LEVEL_NAMES).optional(),
  title: z.string(),
  data: z.record(z.string(), z.string()),
}) satisfies z.ZodType<PurserEvent>;
