import { type Balance, parseBalanceName } from '../../domain/ledger/budget.ts';
import type { SettledSum } from '../../domain/ledger/settled-sums.ts';
import {
  list,
  money,
  named,
  number,
  optional,
  orElse,
  recordOf,
  text,
} from '../codec/attributes.ts';
import { fields } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { readMany } from '../read-many.ts';
import type { StreamPositions } from '../table-changes.ts';
import { balanceKey, parseBalance } from './budget-items.ts';
import type { LedgerKey } from './key.ts';
import { ledgerTable } from './table.ts';

/** Where the hourly check stopped. */
export type Checkpoint = {
  /** How many runs have ended. */
  run: number;
  /** Grows when changes were lost, which makes all sums of earlier epochs worthless. */
  epoch: number;
  /** When the stream was last read to this position. */
  readAtMs: number;
  positions: StreamPositions;
  /** Balances that were wrong, or in motion, by `balanceId`. The next run checks them again. */
  unsettled: string[];
};

/** A balance's sum as stored by a run. */
export type RunningSum = { organizationId: string; name: string; sum: SettledSum };

export type RunningSumStore = ReturnType<typeof createRunningSumStore>;

export const checkpointCodec = itemCodec(ledgerTable, 'checkpoint of the check', {
  run: orElse(number, 0),
  epoch: orElse(number, 0),
  readAtMs: named('at', orElse(number, 0)),
  positions: named('pos', orElse(recordOf(text), {})),
  unsettled: named('uns', orElse(list(text), [])),
  busyUntilMs: named('busy', optional(number)),
});

const settled = fields({
  nanoUsd: named('s', money),
  requests: named('q', number),
  tokens: named('k', number),
});

export const runningSumCodec = itemCodec(ledgerTable, 'running sum', {
  run: number,
  epoch: number,
  sum: settled,
  /** The sum before that run, in case the run did not end. */
  before: optional(settled),
});

const { name: table } = ledgerTable;
const CHECKPOINT: LedgerKey = { pk: 'check', sk: 'checkpoint' };

const keyOf = (organizationId: string, name: string): LedgerKey => ({
  pk: `check#${organizationId}#${name}`,
  sk: 'sum',
});

/** What closed entries of each balance add up to, as the hourly check keeps it. */
export const createRunningSumStore = (db: DynamoDb) => ({ ...checkpoints(db), ...runningSums(db) });

const checkpoints = (db: DynamoDb) => ({
  /**
   * The checkpoint, reserved for one run until `busyUntilMs`.
   * @returns `undefined` while another run has it
   */
  async begin(nowMs: number, busyUntilMs: number): Promise<Checkpoint | undefined> {
    const result = await db.write({
      kind: 'update',
      table,
      key: CHECKPOINT,
      update: 'SET busy = :until',
      condition: 'attribute_not_exists(busy) OR busy < :now',
      values: { ':until': busyUntilMs, ':now': nowMs },
    });
    return result.ok && result.item ? checkpointCodec.decode(result.item) : undefined;
  },

  /** Stores the next checkpoint, after its sums, and lets the next run begin. */
  async end(checkpoint: Checkpoint, busyUntilMs: number): Promise<void> {
    await db.write({
      kind: 'put',
      table,
      item: { ...CHECKPOINT, ...checkpointCodec.encode({ ...checkpoint, busyUntilMs: undefined }) },
      condition: 'busy = :until',
      values: { ':until': busyUntilMs },
    });
  },
});

const runningSums = (db: DynamoDb) => ({
  /** The sums of balances at a checkpoint, in order; `undefined` where none is kept. */
  async listSums(
    { run, epoch }: Checkpoint,
    balances: readonly { organizationId: string; name: string }[],
  ): Promise<(SettledSum | undefined)[]> {
    const keys = balances.map(({ organizationId, name }) => keyOf(organizationId, name));
    const items = await readMany(db, table, keys, { consistent: true });
    return items.map((item) => {
      if (!item) return undefined;
      const stored = runningSumCodec.decode(item);
      if (stored.epoch !== epoch) return undefined;
      return stored.run > run ? stored.before : stored.sum;
    });
  },

  /** The balances themselves, in order. */
  async listBalances(
    balances: readonly { organizationId: string; name: string }[],
  ): Promise<(Balance | undefined)[]> {
    const keys = balances.map(({ organizationId, name }) =>
      balanceKey(organizationId, parseBalanceName(name)),
    );
    const items = await readMany(db, table, keys, { consistent: true });
    return items.map((item) => item && parseBalance(item));
  },

  /** Stores the sum of a balance for the run that follows a checkpoint. */
  async putSum(
    { run, epoch }: Checkpoint,
    { organizationId, name, sum }: RunningSum,
    before: SettledSum | undefined,
    ttlSeconds: number,
  ): Promise<void> {
    await db.write({
      kind: 'put',
      table,
      item: {
        ...keyOf(organizationId, name),
        ...runningSumCodec.encode({ run: run + 1, epoch, sum, before }),
        ttl: ttlSeconds,
      },
    });
  },
});
