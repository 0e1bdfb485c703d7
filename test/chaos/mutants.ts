import type { DynamoDb } from '../../tables/dynamodb.ts';
import { RULE_MUTANTS } from '../simulation/rule-mutants.ts';
import { MOVE_MUTANTS } from '../simulation/move-mutants.ts';

/** Faults of the protocol that a run must find; the simulation describes them. */
export const MUTANTS = [...RULE_MUTANTS, ...MOVE_MUTANTS].filter(({ name }) =>
  [
    'a reservation needs no room in requests and tokens',
    'budgets of tags apply to no request',
    'an override goes on after it has ended',
    'a new calendar begins at once',
    'the budgets of the model that served are not charged',
  ].includes(name),
);

/** A store with a named fault between it and the services, or the store itself. */
export function broken(db: DynamoDb, name: string | undefined): DynamoDb {
  const mutant = MUTANTS.find((each) => each.name === name);
  return mutant ? mutant.store(db, { now: Date.now }) : db;
}
