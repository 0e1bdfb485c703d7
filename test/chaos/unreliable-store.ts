import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DynamoDb,
  StoreUnavailableError,
  type TransactionResult,
} from '../../tables/dynamodb.ts';
import type { Random } from '../simulation/random.ts';

/** Faults per hundred calls; the first three apply to writes only. */
export const FAULT_PERCENT = {
  lostAnswer: 3,
  doubled: 3,
  late: 1,
  lostRequest: 2,
  throttled: 2,
  conflict: 5,
} as const;
export type Fault = keyof typeof FAULT_PERCENT;
export type FaultCounts = Record<Fault, number>;

const LATE_MS = 1_500;

export const noFaults = (): FaultCounts => ({
  lostAnswer: 0,
  doubled: 0,
  late: 0,
  lostRequest: 0,
  throttled: 0,
  conflict: 0,
});

/**
 * A store behind a bad network, seen through the `DynamoDb` port: requests and answers get lost,
 * writes arrive twice or after the caller gave up, and calls are throttled. Adds random transaction
 * conflicts, because the embedded store runs transactions one at a time.
 */
export function createUnreliableStore(
  db: DynamoDb,
  random: Random,
  counts: FaultCounts = noFaults(),
): DynamoDb {
  function draw(faults: Fault[]): Fault | undefined {
    const fault = faults.find((each) => random.chance(FAULT_PERCENT[each] / 100));
    if (fault) counts[fault] += 1;
    return fault;
  }

  function read<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const fault = draw(['lostRequest', 'throttled']);
    return fault ? Promise.reject(noAnswer(fault)) : call();
  }

  return {
    get: (request) => read(() => db.get(request)),
    batchGet: (keys, options) => read(() => db.batchGet(keys, options)),
    query: (query) => read(() => db.query(query)),
    scan: (request) => read(() => db.scan(request)),

    /**
     * If a write arrives twice, the caller gets the second answer, which may be a refusal caused by
     * its own first write.
     */
    write: (write) =>
      changeUnder(
        draw(['lostRequest', 'throttled', 'lostAnswer', 'late', 'doubled']),
        random,
        () => db.write(write),
        (_, second) => second,
      ),

    /** DynamoDB recognizes a repeated transaction by its token and repeats the first answer. */
    transact: (writes) => {
      const fault = draw(['lostRequest', 'conflict', 'throttled', 'lostAnswer', 'late', 'doubled']);
      if (fault === 'conflict' || fault === 'throttled') {
        const hit = random.int(0, writes.length - 1);
        return Promise.resolve<TransactionResult>({
          ok: false,
          reasons: writes.map((_, at) => ({ kind: at === hit ? 'conflict' : 'none' })),
        });
      }
      return changeUnder(
        fault,
        random,
        () => db.transact(writes),
        (first) => first,
      );
    },
  };
}

/** Writes as one fault lets it: not at all, late, twice, or without an answer. */
async function changeUnder<Answer>(
  fault: Fault | undefined,
  random: Random,
  call: () => Promise<Answer>,
  answerOf: (first: Answer, second: Answer) => Answer,
): Promise<Answer> {
  if (fault === 'late') {
    const afterMs = random.int(0, LATE_MS);
    void sleep(afterMs)
      .then(call)
      .catch(() => undefined);
  }
  if (fault === 'doubled') return answerOf(await call(), await call());
  if (fault === 'lostAnswer') await call();
  if (fault === undefined) return call();
  throw noAnswer(fault);
}

const noAnswer = (fault: Fault): StoreUnavailableError =>
  new StoreUnavailableError(`no answer (${fault})`);
