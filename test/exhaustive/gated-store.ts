import {
  type CancellationReason,
  type DynamoDb,
  type Item,
  type Key,
  StoreUnavailableError,
  type TransactionResult,
  type TransactionWrite,
} from '../../tables/dynamodb.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import type { InstantStore } from '../simulation/memory-store.ts';
import { type Fate, NOTHING, type Step, type Touches } from './step.ts';

/** Holds all clients until the explorer lets one step happen. */
export type Gate = {
  /** Calls take effect immediately, during setup and at the end. */
  isOpen: boolean;
  steps: Step[];
  /** Whether any client writes a key with this prefix; all other items are constant. */
  isChanging: (start: string) => boolean;
};

/** No key has this prefix. */
const UNCHANGED = '-';

/** A client, and its number of calls so far. */
export type Caller = { name: string; isAlive: boolean; calls: number };

/** What a client's calls go through. */
type Passage = { store: InstantStore; gate: Gate; caller: Caller };

/**
 * The store as one client sees it: every call waits at the gate and may fail in any way that a
 * network and DynamoDB allow. Batch items are read one by one, in any order.
 */
export function createGatedStore(store: InstantStore, gate: Gate, caller: Caller): DynamoDb {
  const passage = { store, gate, caller };
  return {
    get: async (request) => (await readBatch(passage, [request]))[0],
    batchGet: (keys) => readBatch(passage, keys),
    query: (query) => {
      const [, placeholder = ''] = query.condition.match(/^\w+ = (:\w+)/) ?? [];
      const partition = String(query.values?.[placeholder]);
      const start = query.index === undefined ? `${query.table}/${partition}/` : '';
      return read(passage, `query ${partition}`, start, () => store.query(query));
    },
    scan: (request) => read(passage, 'scan', '', () => store.scan(request)),
    write: (write) => {
      const label = `${write.kind} ${labelOf(keyOf(write))}`;
      return change(passage, { label, touches: touchesOf([write]), fates: ['twice'] }, (fate) => {
        const first = store.write(write);
        return fate === 'twice' ? store.write(write) : first;
      });
    },
    transact: (writes) => {
      const label = `transact ${writes.map((write) => labelOf(keyOf(write))).join(' ')}`;
      const fates: Fate[] = ['conflict-first', 'conflict-last'];
      return change(passage, { label, touches: touchesOf(writes), fates }, (fate) => {
        if (fate === 'conflict-first') return conflictAt(0, store.judge(writes));
        if (fate === 'conflict-last') return conflictAt(writes.length - 1, store.judge(writes));
        return store.transact(writes);
      });
    },
  };
}

const nextCall = (caller: Caller): string => `${caller.name}${(caller.calls += 1)}`;

function read<Answer>(
  { gate, caller }: Passage,
  label: string,
  start: string,
  apply: () => Answer,
): Promise<Answer> {
  if (gate.isOpen) return Promise.resolve(apply());
  const call = nextCall(caller);
  return new Promise((resolve, reject) => {
    gate.steps.push({
      id: call,
      owner: caller.name,
      call,
      label,
      touches: gate.isChanging(start) ? { reads: [start], writes: [] } : NOTHING,
      fates: ['done', 'lost'],
      happen: (fate) => (fate === 'lost' ? reject(noAnswer()) : resolve(apply())),
    });
  });
}

function readBatch(
  passage: Passage,
  keys: { table: string; key: Key }[],
): Promise<(Item | undefined)[]> {
  const { store, gate, caller } = passage;
  const answer = keys.map(store.get);
  if (gate.isOpen) return Promise.resolve(answer);
  const changing = [...keys.entries()].filter(([, key]) => gate.isChanging(keyText(key)));
  if (changing.length === 0) return read(passage, 'read', UNCHANGED, () => answer);
  const call = nextCall(caller);
  let left = changing.length;
  return new Promise((resolve, reject) => {
    for (const [nth, [position, key]] of changing.entries()) {
      gate.steps.push({
        id: `${call}/${nth + 1}`,
        owner: caller.name,
        call,
        label: `read ${labelOf(key.key)}`,
        touches: { reads: [keyText(key)], writes: [] },
        // Losing the batch has the same effect no matter which items were read.
        fates: nth === 0 ? ['done', 'lost'] : ['done'],
        happen(fate) {
          if (fate === 'lost') {
            gate.steps = gate.steps.filter((step) => step.call !== call);
            return reject(noAnswer());
          }
          answer[position] = store.get(key);
          left -= 1;
          return left === 0 ? resolve(answer) : undefined;
        },
      });
    }
  });
}

function change<Answer>(
  { gate, caller }: Passage,
  { label, touches, fates }: Pick<Step, 'label' | 'touches' | 'fates'>,
  apply: (fate: Fate) => Answer,
): Promise<Answer> {
  if (gate.isOpen) return Promise.resolve(apply('done'));
  const call = nextCall(caller);
  return new Promise((resolve, reject) => {
    gate.steps.push({
      id: call,
      owner: caller.name,
      call,
      label,
      touches,
      fates: ['done', 'lost', 'late', 'dies', ...fates],
      happen(fate) {
        if (fate === 'lost') return reject(noAnswer());
        if (fate === 'late') {
          gate.steps.push(applyLater(call, label, touches, () => void apply('done')));
          return reject(noAnswer());
        }
        const answer = apply(fate);
        return fate === 'dies' ? die(gate, caller) : resolve(answer);
      },
    });
  });
}

/** The client and its pending calls are gone; calls in flight may still be applied. */
export function die(gate: Gate, caller: Caller): void {
  caller.isAlive = false;
  gate.steps = gate.steps.filter(({ owner }) => owner !== caller.name);
}

export const keyText = ({ table, key }: { table: string; key: Item }): string =>
  `${table}/${String(key['pk'])}/${String(key['sk'])}/`;

/** Items outside the ledger's tables do not affect the outcome. */
function touchesOf(writes: TransactionWrite[]): Touches {
  const keys = (isRead: boolean): string[] =>
    writes
      .filter(({ kind, table }) => table === ledgerTable.name && (kind === 'check') === isRead)
      .map((write) => keyText({ table: write.table, key: keyOf(write) }));
  return { reads: keys(true), writes: keys(false) };
}

const applyLater = (call: string, label: string, touches: Touches, apply: () => void): Step => ({
  id: `${call}/late`,
  owner: `${call}/late`,
  call: `${call}/late`,
  label: `${label} applied late`,
  touches,
  fates: ['done'],
  happen: apply,
});

const conflictAt = (hit: number, judged: CancellationReason[]): TransactionResult => ({
  ok: false,
  reasons: judged.map((reason, position) => (position === hit ? { kind: 'conflict' } : reason)),
});

const keyOf = (write: TransactionWrite): Item => (write.kind === 'put' ? write.item : write.key);

const noAnswer = (): StoreUnavailableError => new StoreUnavailableError('no answer');

function labelOf({ pk, sk }: Item): string {
  const [kind, , ...rest] = String(pk).split('#');
  if (kind === 'reservation') return `reservation…${String(sk).slice(-4)}`;
  return `${rest.join(':') || kind}:${String(sk)}`;
}
