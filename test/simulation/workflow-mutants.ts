import type { TransactionWrite, UpdateWrite } from '../../tables/dynamodb.ts';
import { bound, type Mutant, rewriting, withClauses } from './mutant.ts';

const isWorkflowMove = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && write.update.startsWith('SET amt = amt - ');

const isReturn = (write: TransactionWrite): boolean =>
  isWorkflowMove(write) && Number(write.values?.[':taken']) < 0;

const withoutClause = (clause: string): Mutant['store'] =>
  rewriting((write) =>
    isWorkflowMove(write)
      ? withClauses(write, (each) => (each === clause ? undefined : each))
      : write,
  );

const emphasis = { hasWorkflows: true } as const;

/** Faults of the money that calls draw from their workflow. */
export const WORKFLOW_MUTANTS: readonly Mutant[] = [
  {
    name: 'a draw takes nothing from its workflow',
    emphasis,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(writes.filter((write) => !isWorkflowMove(write) || isReturn(write))),
    }),
  },
  {
    name: 'a draw does not look what is left of its workflow',
    emphasis: { ...emphasis, isPlentiful: true },
    store: withoutClause('amt >= :taken'),
  },
  {
    name: 'a draw does not look whether its workflow is open',
    emphasis,
    store: withoutClause('st = :reserved'),
  },
  {
    name: 'a workflow gets back what its balances get back too',
    emphasis,
    store: (db) => ({
      ...db,
      async transact(writes) {
        const result = await db.transact(writes);
        const move = writes.find(isReturn);
        if (result.ok && move?.kind === 'update') await db.write(move);
        return result;
      },
    }),
  },
  {
    name: 'a draw leaves the version of its workflow as it is',
    emphasis,
    store: rewriting((write) =>
      isWorkflowMove(write)
        ? bound({ ...write, update: write.update.replace(', ver = ver + :one', '') })
        : write,
    ),
  },
  {
    name: 'an open workflow gets nothing back',
    emphasis,
    store: (db) => ({
      ...db,
      async transact(writes) {
        if (!writes.some(isReturn)) return db.transact(writes);
        return {
          ok: false,
          reasons: writes.map((write) =>
            isReturn(write) ? { kind: 'condition', old: undefined } : { kind: 'none' },
          ),
        };
      },
    }),
  },
  {
    name: 'a call does not see what its workflow has left',
    emphasis: { ...emphasis, isTight: true },
    store: (db) => ({
      ...db,
      async get(request) {
        const item = await db.get(request);
        return item?.['opn'] === undefined ? item : { ...item, amt: 0n };
      },
    }),
  },
  {
    name: 'a workflow is read as one that has not ended',
    emphasis: { ...emphasis, isLate: 0.5, isForgotten: 0.5 },
    store: (db) => ({
      ...withEndless(db),
      async get(request) {
        const item = await db.get(request);
        return item?.['opn'] === undefined ? item : { ...item, exp: Number.MAX_SAFE_INTEGER };
      },
    }),
  },
];

const withEndless = rewriting((write) =>
  isWorkflowMove(write)
    ? withClauses(write, (each) => (each === 'exp > :now' ? undefined : each))
    : write,
);
