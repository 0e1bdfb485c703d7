import * as z from 'zod';

/** What the queue of exports carries: which one is to be made. What it is stands in its table. */
export const exportMessage = z.strictObject({
  organizationId: z.string().min(1),
  exportId: z.uuid(),
});
export type ExportMessage = z.output<typeof exportMessage>;
