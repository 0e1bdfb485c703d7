import {
  createServer,
  type IncomingMessage,
  request as forward,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What functions consumed of DynamoDB. */
export type StoreUse = {
  readUnits: number;
  writeUnits: number;
  reads: number;
  writes: number;
  transactions: number;
  /** Times in which calls were under way without a pause, with a transaction among them and without. */
  transactionWaits: number;
  plainWaits: number;
};

const NOTHING: StoreUse = {
  readUnits: 0,
  writeUnits: 0,
  reads: 0,
  writes: 0,
  transactions: 0,
  transactionWaits: 0,
  plainWaits: 0,
};
/** As clients of AWS sign. The local run's own requests have a signature in form only. */
const SIGNED = /Signature=[0-9a-f]{64}$/;
const READS = /\.(GetItem|BatchGetItem|Query|Scan|TransactGetItems)$/;
const WRITES = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem)$/;
const TRANSACTIONS = /\.TransactWriteItems$/;

/**
 * A store that forwards to another and counts the capacity that signed calls consume. Streams and
 * the local run's own requests pass uncounted, because AWS does not charge for their like.
 */
export async function startMeteringStore(endpoint: string) {
  let use = { ...NOTHING };
  let underWay = 0;
  let hasTransaction = false;
  let delayMs = 0;
  const begin = () => {
    underWay += 1;
    return (part: Partial<StoreUse>): void => {
      for (const [name, value] of Object.entries(part)) use[name as keyof StoreUse] += value;
      if (part.transactions) hasTransaction = true;
      underWay -= 1;
      if (underWay > 0) return;
      use[hasTransaction ? 'transactionWaits' : 'plainWaits'] += 1;
      hasTransaction = false;
    };
  };
  const server = createServer((incoming, response) => {
    void pass(endpoint, incoming, response, { begin, delayMs });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The use since the last call of this function. */
    take(): StoreUse {
      const taken = use;
      use = { ...NOTHING };
      return taken;
    },
    /** Delays answers, so that calls made side by side are seen to overlap. */
    delay: (ms: number): void => {
      delayMs = ms;
    },
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function pass(
  endpoint: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  { begin, delayMs }: { begin: () => (part: Partial<StoreUse>) => void; delayMs: number },
): Promise<void> {
  const target = String(incoming.headers['x-amz-target']);
  const isCounted =
    SIGNED.test(incoming.headers.authorization ?? '') &&
    [READS, WRITES, TRANSACTIONS].some((pattern) => pattern.test(target));
  const body = await buffer(incoming);
  const sent = isCounted ? withCapacity(body) : body;
  const end = isCounted ? begin() : undefined;
  const headers = { ...incoming.headers, 'content-length': String(sent.length) };
  const outgoing = forward(endpoint, { method: incoming.method, headers }, (answer) => {
    void buffer(answer).then(async (received) => {
      if (isCounted) await sleep(delayMs);
      end?.(useOf(target, received));
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.end(received);
    });
  });
  outgoing.once('error', () => response.destroy());
  outgoing.end(sent);
}

const withCapacity = (body: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ ...parsed(body), ReturnConsumedCapacity: 'TOTAL' }));

function useOf(target: string, body: Buffer): Partial<StoreUse> {
  const { ConsumedCapacity = [] } = parsed(body) as { ConsumedCapacity?: Capacity | Capacity[] };
  const units = [ConsumedCapacity]
    .flat()
    .reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  if (READS.test(target)) return { readUnits: units, reads: 1 };
  if (WRITES.test(target)) return { writeUnits: units, writes: 1 };
  return { writeUnits: units, transactions: 1 };
}

type Capacity = { CapacityUnits?: number };

const parsed = (body: Buffer): object => JSON.parse(body.toString() || '{}') as object;
