import * as z from 'zod';

/** A message in the export queue. It only names the export; the table has the details. */
export const exportMessage = z.strictObject({
  organizationId: z.string().min(1),
  exportId: z.uuid(),
});
export type ExportMessage = z.output<typeof exportMessage>;
