import * as z from 'zod';

/** What Lambda writes to a stream's failure queue: where the batch was, not its content. */
const failureMessage = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  DDBStreamBatchInfo: z.looseObject({
    streamArn: z.string(),
    batchSize: z.int(),
    approximateArrivalOfFirstRecord: z.iso.datetime({ offset: true }).optional(),
  }),
});

/** A stream batch that failed after all retries. */
export type StreamFailure = {
  /** The table's name with the environment's prefix. */
  table: string;
  records: number;
  /** When the first record arrived, epoch ms. If unknown, a day before Lambda gave up. */
  firstMs: number;
  /** When Lambda gave up, epoch ms. */
  givenUpMs: number;
};

const DAY_MS = 86_400_000;

/** Parses a message of a stream's failure queue; `undefined` for anything else. */
export function parseStreamFailure(text: string): StreamFailure | undefined {
  const parsed = failureMessage.safeParse(jsonOf(text)).data;
  const table = parsed && /:table\/([^/]+)\//.exec(parsed.DDBStreamBatchInfo.streamArn)?.[1];
  if (!parsed || table === undefined) return undefined;
  const { batchSize, approximateArrivalOfFirstRecord: first } = parsed.DDBStreamBatchInfo;
  const givenUpMs = Date.parse(parsed.timestamp);
  const firstMs = first === undefined ? givenUpMs - DAY_MS : Date.parse(first);
  return { table, records: batchSize, firstMs, givenUpMs };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
