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

/**
 * Adds up to about six seconds of pauses: longer than a legitimate rush, shorter than a call may
 * take.
 */
const ATTEMPTS_IN_TURN = 39;

/** A change and its audit entries. Both take effect, or neither. */
export type AuditedChange = {
  /** One per target. With an empty list, nothing is written. */
  entries: readonly AuditEntry[];
  /**
   * Conditional on the state that the entries' `before` was read from, so that an entry never
   * describes a state that someone else had already changed.
   */
  writes: readonly TransactionWrite[];
};

export type AuditLog = ReturnType<typeof createAuditLog>;

/**
 * @param witness receives the place and hash of everything written, as evidence outside the tables
 * @param pause how to wait after a conflict; defaults to the clock
 */
export function createAuditLog(db: DynamoDb, witness?: Pick<Telemetry, 'info'>, pause?: Pause) {
  const table = auditLogTable.name;
  const inTurn = createTurns();

  /** One attempt to apply a change. Succeeds without a write if no entry records a difference. */
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
   * Applies a change together with its entries in one transaction. If another writer of the chain
   * or a changed state gets in the way, it calls `plan` again. Leaves out entries whose `after`
   * equals `before`; if none is left, it writes nothing.
   * @param plan reads the state that it changes, consistently, and may throw to refuse
   * @returns the change that was applied
   * @throws StoreUnavailableError if conflicts never end, in which case nothing was applied, or if
   *   the store did not respond, in which case the log shows whether it was
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

    /** Records an event that changes no stored data, such as a test alert. */
    async record(entry: AuditEntry): Promise<void> {
      await change(() => Promise.resolve({ entries: [entry], writes: [] }));
    },

    ...createAuditPages(db),

    /** Every item, page by page. For maintenance only. */
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
 * Runs the transaction. If the response was lost or it was sent twice, its first receipt shows
 * whether it succeeded.
 * @returns whether it took effect
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

/** Links entries to the current chains. Entries of the same chain follow each other. */
function linksOf(entries: readonly AuditEntry[], before: readonly ChainHead[]): ChainedEntry[] {
  let heads = before;
  return entries.map((entry) => {
    const next = chained(entry, heads, sha256);
    heads = [...heads.filter(({ chain }) => chain !== next.chain), headOf(next)];
    return next;
  });
}

/** After a conflict, this process's writers queue per organization instead of competing. */
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
