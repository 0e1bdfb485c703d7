import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { bound, isEntryUpdate, isHomeUpdate, rewriting, type StoreMutant } from './mutant.ts';

/** Faults of settlements that name another model than the reserved one. */
export const MOVE_MUTANTS: readonly StoreMutant[] = [
  {
    name: 'an entry does not say that another model served it',
    emphasis: { namesModel: 0.7 },
    store: rewriting((write) =>
      write.kind === 'update' && write.values?.[':bal']
        ? bound({ ...write, update: write.update.replace(/, #bal = :bal/, '') })
        : write,
    ),
  },
  {
    name: 'the budgets of the model that served are not charged',
    emphasis: { namesModel: 0.7 },
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isMove(writes) ? writes.filter((write) => !isPlainCharge(write)) : writes),
    }),
  },
  {
    name: 'the budgets of the reserved model keep what another one served',
    seed: 5,
    emphasis: { namesModel: 0.7 },
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isMove(writes) ? writes.filter((write) => !isDeparture(write)) : writes),
    }),
  },
];

/** Whether writes close an entry that another model served than the reserved one. */
const isMove = (writes: TransactionWrite[]): boolean =>
  writes.some((write) => isEntryUpdate(write) && write.values?.[':bal'] !== undefined);

/** Whether a write charges a balance that has held nothing of the entry. */
const isPlainCharge = (write: TransactionWrite): boolean =>
  isHomeUpdate(write) && write.values?.[':r'] === 0n && Number(write.values[':s']) > 0;

/** Whether a write gives a balance back all that it held or counted of the entry. */
const isDeparture = (write: TransactionWrite): boolean =>
  isHomeUpdate(write) && Number(write.values?.[':s']) <= 0 && Number(write.values?.[':h']) > 0;
