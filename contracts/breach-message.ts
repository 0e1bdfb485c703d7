import * as z from 'zod';
import { scope } from './fields.ts';

/** Breaches to tell of, as a message in the queue of alerts. The table has the details. */
export const breachMessage = z.strictObject({
  organizationId: z.string().min(1),
  breaches: z
    .array(z.strictObject({ scope, scopeId: z.string().min(1), key: z.string().min(1) }))
    .min(1),
});
export type BreachMessage = z.output<typeof breachMessage>;
