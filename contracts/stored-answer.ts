import * as z from 'zod';

/**
 * A model's answer in the cache, as its client got it: in the client's format, whole or as a stream.
 * Amounts are nano-dollars.
 */
const storedAnswer = z.intersection(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('whole'), json: z.string() }),
    z.object({
      kind: z.literal('stream'),
      events: z.array(z.object({ event: z.string().optional(), data: z.string() })).min(1),
    }),
  ]),
  z.object({
    /** As Purser prices it. */
    model: z.string(),
    /** Where it was served, if it has a place. */
    region: z.string().optional(),
    /** The call whose answer it is. */
    reservationId: z.string(),
    costNanoUsd: z.string().regex(/^\d{1,30}$/),
    /** What the provider did not get, as `x-purser-removed` told. */
    removed: z.string().optional(),
  }),
);
export type StoredAnswer = z.output<typeof storedAnswer>;

/** Reads what a cache has. @returns `undefined` if it is no answer that this version understands */
export function readStoredAnswer(text: string): StoredAnswer | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = storedAnswer.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}
