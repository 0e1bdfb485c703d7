import {
  type CancellationReason,
  type DynamoDb,
  StoreUnavailableError,
  type TransactionResult,
  type TransactionWrite,
} from '../../tables/dynamodb.ts';
import type { InstantStore } from './memory-store.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Probabilities of each fault in one call. */
export type Weather = {
  /** Nothing is applied, and the caller gets no answer. */
  lostRequest: number;
  /** It is applied, and the caller gets no answer. */
  lostAnswer: number;
  /** The caller gets no answer, and it is applied seconds later. */
  zombie: number;
  /** A single write reaches the store twice, because the SDK repeated it. */
  duplicate: number;
  conflict: number;
  /** The process dies before or after the call takes effect. */
  crash: number;
  /** The answer takes up to several seconds. */
  slow: number;
};

export const CALM: Weather = {
  lostRequest: 0,
  lostAnswer: 0,
  zombie: 0,
  duplicate: 0,
  conflict: 0,
  crash: 0,
  slow: 0,
};

const ZOMBIE_MS = 5_000;
const SLOW_MS = 2_500;

type Host = { name: string; alive: boolean };
type Surroundings = {
  scheduler: Scheduler;
  random: Random;
  store: InstantStore;
  weather: () => Weather;
};

/**
 * The store as one process sees it: every call takes time, may fail in any way that a network and
 * DynamoDB allow, and never answers once the process is dead.
 */
export function createFaultyStore(world: Surroundings, host: Host): DynamoDb {
  const { random, store } = world;
  const call = callsOf(world, host);

  /**
   * Either the store's own answer, or nothing done because of a conflict on one item. In a
   * conflict, DynamoDB may or may not have evaluated the other conditions.
   */
  function transactOrConflict(writes: TransactionWrite[]): TransactionResult {
    if (!random.chance(world.weather().conflict)) return store.transact(writes);
    const hit = random.int(0, writes.length - 1);
    const judged = random.chance(0.5) ? store.judge(writes) : undefined;
    const reasons = writes.map((_, position): CancellationReason => {
      if (position === hit) return { kind: 'conflict' };
      return judged?.[position] ?? { kind: 'none' };
    });
    return { ok: false, reasons };
  }

  return {
    get: (request) =>
      call({ verb: 'get', target: keyLabel(request.key) }, () => store.get(request), {
        writes: 'none',
      }),

    /** Each item is consistent but the batch is not: others may write between two of its reads. */
    async batchGet(keys, options) {
      const cut = random.chance(0.5) ? random.int(0, keys.length) : keys.length;
      const read = (from: number, to: number) =>
        from === to
          ? Promise.resolve([])
          : call(
              { verb: 'read', target: `${to - from} items` },
              () => store.batchGet(keys.slice(from, to), options),
              {
                writes: 'none',
              },
            );
      const parts = await Promise.all([read(0, cut), read(cut, keys.length)]);
      return parts.flat();
    },

    query: (query) =>
      call({ verb: 'query', target: query.table }, () => store.query(query), { writes: 'none' }),

    write: (write) =>
      call({ verb: write.kind, target: labelOf(write) }, () => store.write(write), {
        writes: 'one',
      }),

    transact: (writes) =>
      call(
        { verb: 'transact', target: writes.map(labelOf).join(' ') },
        () => transactOrConflict(writes),
        {
          writes: 'many',
        },
      ),

    scan: (request) =>
      call({ verb: 'scan', target: 'ledger' }, () => store.scan(request), { writes: 'none' }),
  };
}

type Call = <Answer>(
  what: { verb: string; target: string },
  /** Takes effect when it is called. */
  apply: () => Answer,
  options: { writes: 'none' | 'one' | 'many' },
) => Promise<Answer>;

/** How calls of one process go: each draws its time and its fault. */
function callsOf({ scheduler, random, weather }: Surroundings, host: Host): Call {
  const latencyMs = (): number =>
    random.chance(weather().slow) ? random.next() * SLOW_MS : 1 + random.next() * 20;

  return <Answer>(
    { verb, target }: { verb: string; target: string },
    apply: () => Answer,
    { writes }: { writes: 'none' | 'one' | 'many' },
  ) =>
    new Promise<Answer>((resolve, reject) => {
      if (!host.alive) return;
      const fault = drawFault(random, weather(), writes !== 'none');
      const note = (text: string): void => scheduler.note(`${host.name} ${verb} ${text} ${target}`);
      const fail = (): void => {
        if (host.alive) reject(new StoreUnavailableError('no answer'));
      };
      const dieAnd = (text: string): void => {
        host.alive = false;
        note(text);
      };
      const attempt = (): Answer | undefined => {
        try {
          return apply();
        } catch (error) {
          if (host.alive) reject(error instanceof Error ? error : new Error('no error'));
          return undefined;
        }
      };
      scheduler.after(latencyMs(), () => {
        if (fault === 'crash-before') return dieAnd('DIES BEFORE');
        if (fault === 'lost-request') {
          note('LOST');
          return scheduler.after(latencyMs(), fail);
        }
        if (fault === 'zombie') {
          note('GIVEN UP');
          scheduler.after(0, fail);
          return scheduler.after(random.next() * ZOMBIE_MS, () => {
            attempt();
            note('APPLIED LATE');
          });
        }
        const first = attempt();
        if (first === undefined && writes !== 'none') return undefined;
        if (fault === 'crash-after') return dieAnd(`${outcomeText(first)} DIES AFTER`);
        const answer = fault === 'duplicate' && writes === 'one' ? (attempt() as Answer) : first;
        note(`${outcomeText(answer)}${fault ? ` ${fault}` : ''}`);
        return scheduler.after(latencyMs() / 2, () => {
          if (fault === 'lost-answer') fail();
          else if (host.alive) resolve(answer as Answer);
        });
      });
    });
}

type Fault =
  'lost-request' | 'lost-answer' | 'zombie' | 'duplicate' | 'crash-before' | 'crash-after';

function drawFault(random: Random, weather: Weather, writes: boolean): Fault | undefined {
  let drawn = random.next();
  const among: [Fault, number][] = [
    ['lost-request', weather.lostRequest],
    ['crash-before', weather.crash],
    ['crash-after', weather.crash],
    ['lost-answer', writes ? weather.lostAnswer : 0],
    ['zombie', writes ? weather.zombie : 0],
    ['duplicate', writes ? weather.duplicate : 0],
  ];
  for (const [fault, probability] of among) {
    if (drawn < probability) return fault;
    drawn -= probability;
  }
  return undefined;
}

function outcomeText(answer: unknown): string {
  const result = answer as { ok?: boolean; reasons?: { kind: string }[] } | undefined;
  if (result?.ok !== false) return 'ok';
  return `refused ${result.reasons?.map(({ kind }) => kind[0]).join('') ?? ''}`;
}

const labelOf = (write: TransactionWrite): string =>
  keyLabel(write.kind === 'put' ? write.item : write.key);

function keyLabel({ pk, sk }: { pk?: unknown; sk?: unknown }): string {
  const [kind, , ...rest] = String(pk).split('#');
  if (kind === 'reservation') return `reservation…${String(sk).slice(-4)}`;
  return `${rest.join(':').slice(0, 24) || kind}:${String(sk)}`;
}
