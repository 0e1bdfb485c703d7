import * as z from 'zod';

/** What Lambda leaves in a stream's failure queue: where a batch was, not what it held. */
const failureMessage = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  DDBStreamBatchInfo: z.looseObject({
    streamArn: z.string(),
    batchSize: z.int(),
    approximateArrivalOfFirstRecord: z.iso.datetime({ offset: true }).optional(),
  }),
});

/** A batch of a stream that was given up after its retries. */
export type StreamFailure = {
  /** The table's name with the environment's prefix. */
  table: string;
  records: number;
  /** When the first of its records arrived, epoch ms; a day before it was given up, if that is not said. */
  firstMs: number;
  /** When Lambda gave it up, epoch ms. */
  givenUpMs: number;
};

const DAY_MS = 86_400_000;

/** Reads a message of a stream's failure queue; `undefined` for anything else. */
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
