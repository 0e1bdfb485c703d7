import type { SQSRecord } from 'aws-lambda';
import type { JobMessage } from '../../contracts/job-message.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import type { ProviderClient } from '../../domain/gateway/provider-client.ts';
import type { Random } from '../simulation/random.ts';

type Message = { id: string; body: string; visibleAtMs: number; receives: number };

const { attempts, visibilityTimeoutSeconds } = QUEUE_DEFINITIONS.jobs;
const DUPLICATES = 0.2;
const DIES_SERVED = 0.9;

/** A queue that delivers at least once, in any order, on the test's clock. */
export function unreliableQueue(random: Random, now: () => number) {
  const messages = new Map<string, Message>();
  let sent = 0;
  const add = (body: string): void => {
    sent += 1;
    const id = String(sent);
    messages.set(id, { id, body, visibleAtMs: now(), receives: 0 });
  };
  return {
    publish: async (message: JobMessage): Promise<void> => {
      const body = JSON.stringify(message);
      add(body);
      if (random.chance(DUPLICATES)) add(body);
    },
    recordOf: ({ id, body, receives }: Message): SQSRecord => ({
      messageId: id,
      receiptHandle: id,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: '0',
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:jobs',
      awsRegion: 'us-east-1',
    }),
    remove: ({ id }: Message): void => void messages.delete(id),
    postpone: async (id: string, seconds: number): Promise<void> => {
      const message = messages.get(id);
      if (message) message.visibleAtMs = now() + seconds * 1_000;
    },
    /** What a worker gets now. It comes again unless it is removed. */
    receive(): Message[] {
      const visible = [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= now());
      return visible
        .toSorted(() => random.next() - 0.5)
        .filter((message) => {
          message.receives += 1;
          message.visibleAtMs = now() + visibilityTimeoutSeconds * 1_000;
          if (message.receives <= attempts) return true;
          messages.delete(message.id);
          return false;
        });
    },
  };
}

/** A worker's life: after so many steps, nothing that it waits for ever comes back. */
export function mortal(random: Random, steps: number) {
  let left = steps;
  let die = (): void => undefined;
  const death = new Promise<'died'>((settle) => {
    die = () => settle('died');
  });
  const guarded = async <Answer>(step: () => Promise<Answer>): Promise<Answer> => {
    left -= 1;
    if (left >= 0) return step();
    // What it asked for last may have been done.
    if (left === -1 && random.chance(0.5)) await step();
    die();
    return new Promise<never>(() => undefined);
  };
  const storeOf = (db: DynamoDb): DynamoDb => ({
    get: (request) => guarded(() => db.get(request)),
    batchGet: (keys, options) => guarded(() => db.batchGet(keys, options)),
    query: (request) => guarded(() => db.query(request)),
    scan: (request) => guarded(() => db.scan(request)),
    write: (write) => guarded(() => db.write(write)),
    transact: (writes) => guarded(() => db.transact(writes)),
  });
  /** The worker may die when the provider has served its call, which is then lost. */
  const callsOf = (provider: ProviderClient): ProviderClient => ({
    ...provider,
    send: async (request) => {
      const answer = await provider.send(request);
      if (random.chance(DIES_SERVED)) left = -1;
      return guarded(async () => answer);
    },
  });
  return { death, guarded, storeOf, callsOf };
}
