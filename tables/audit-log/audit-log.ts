import { randomUUID } from 'node:crypto';
import type { Telemetry } from '../../contracts/telemetry.ts';
import {
  type AuditEntry,
  chained,
  type ChainedEntry,
  type ChainHead,
  CHAINS,
  saysNothing,
} from '../../domain/audit/audit-entry.ts';
import {
  auditLogTable,
  chainKey,
  HEAD,
  headOf,
  parseHead,
  putsOf,
  receiptKeyOf,
  sha256,
} from './items.ts';
import { createAuditPages } from './pages.ts';
import {
  type DynamoDb,
  type Key,
  StoreUnavailableError,
  type TransactionWrite,
} from '../dynamodb.ts';
import { optimistically, type Pause } from '../optimistically.ts';

/** Together about six seconds of pauses: longer than an honest rush lasts, shorter than a call may. */
const ATTEMPTS_IN_TURN = 39;

/** What changes, and what the log says of it: both come into force, or neither does. */
export type AuditedChange = {
  /** One for each target; without an entry nothing is written. */
  entries: readonly AuditEntry[];
  /**
   * Conditional on the very state that `before` of the entries was read from, so that an entry never
   * tells of a state that somebody else had changed already.
   */
  writes: readonly TransactionWrite[];
};

export type AuditLog = ReturnType<typeof createAuditLog>;

/**
 * @param witness is told the place and hash of everything written: what no table can take back
 * @param pause how to wait after a conflict, when not by the clock
 */
export function createAuditLog(db: DynamoDb, witness?: Pick<Telemetry, 'info'>, pause?: Pause) {
  const table = auditLogTable.name;
  const inTurn = createTurns();

  /** One try to bring a change into force; without an entry that says something there is no need to. */
  async function attempt<Change extends AuditedChange>(plan: () => Promise<Change>, id: string) {
    const planned = await plan();
    const entries = planned.entries.filter((entry) => !saysNothing(entry));
    const [entry] = entries;
    if (!entry) return { isDone: true, planned, organizationId: '' };
    const { organizationId } = entry;
    const heads = await readHeads(db, organizationId);
    const links = linksOf(entries, heads);
    const writes = [...putsOf(links, heads, id), ...planned.writes];
    const isDone = await transact(db, writes, receiptKeyOf(entry, id, 0));
    for (const next of isDone ? links : []) {
      witness?.info('AUDIT_RECORDED', { organizationId, ...headOf(next) });
    }
    return { isDone, planned, organizationId };
  }

  /**
   * Brings a change into force together with its entries, in one transaction. Whatever hinders it,
   * be it a writer of the same chain or a changed state, `plan` is asked again for the change as it
   * is by then. An entry whose `after` is what was before says nothing and is left out; where no
   * entry is left, nothing is written.
   * @param plan reads the state that it changes, consistently, and may throw to refuse
   * @returns the change as it was made
   * @throws StoreUnavailableError when others get in the way without end: then nothing is in force,
   *   unless the store itself did not answer: then what is in force is in the log
   */
  async function change<Change extends AuditedChange>(
    plan: () => Promise<Change>,
  ): Promise<Change> {
    const id = randomUUID();
    const first = await attempt(plan, id);
    if (first.isDone) return first.planned;
    const outcome = await inTurn(first.organizationId, () =>
      optimistically(
        async () => {
          const { isDone, planned } = await attempt(plan, id);
          return isDone ? { done: planned } : 'conflict';
        },
        { attempts: ATTEMPTS_IN_TURN, pause },
      ),
    );
    if (outcome) return outcome.done;
    throw new StoreUnavailableError('the same is being changed by too many at once');
  }

  return {
    change,

    /** Records what changes nothing that is stored, such as a test alert. */
    async record(entry: AuditEntry): Promise<void> {
      await change(() => Promise.resolve({ entries: [entry], writes: [] }));
    },

    ...createAuditPages(db),

    /** Everything there is, page by page; maintenance only. */
    scan: (startKey?: Key) => db.scan({ table, startKey, consistent: true }),
  };
}

async function readHeads(db: DynamoDb, organizationId: string): Promise<ChainHead[]> {
  const keys = Array.from({ length: CHAINS }, (_, chain) => ({
    table: auditLogTable.name,
    key: { pk: chainKey(organizationId, chain), sk: HEAD },
  }));
  const items = await db.batchGet(keys, { consistent: true });
  return items.flatMap((item, chain) => (item ? [parseHead(chain, item)] : []));
}

/**
 * A transaction whose answer was lost, or that was sent twice, is known by its first receipt.
 * @returns whether it is in force
 */
async function transact(db: DynamoDb, writes: TransactionWrite[], receipt: Key): Promise<boolean> {
  try {
    const result = await db.transact(writes);
    return result.ok || result.reasons[0]?.kind === 'condition';
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const [entry] = await db.batchGet([{ table: auditLogTable.name, key: receipt }], {
      consistent: true,
    });
    if (!entry) throw error;
    return true;
  }
}

/** Links entries to the chains as they stand; those of one chain follow each other. */
function linksOf(entries: readonly AuditEntry[], before: readonly ChainHead[]): ChainedEntry[] {
  let heads = before;
  return entries.map((entry) => {
    const next = chained(entry, heads, sha256);
    heads = [...heads.filter(({ chain }) => chain !== next.chain), headOf(next)];
    return next;
  });
}

/** After a conflict, writers of this process queue up per organization instead of competing. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return function inTurn<Answer>(name: string, step: () => Promise<Answer>): Promise<Answer> {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(step, step);
    last.set(name, mine);
    const leave = (): void => {
      if (last.get(name) === mine) last.delete(name);
    };
    mine.then(leave, leave);
    return mine;
  };
}
