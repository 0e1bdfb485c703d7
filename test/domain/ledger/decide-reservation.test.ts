import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BudgetStanding, Enforcement } from '../../../domain/ledger/budget.ts';
import { decideReservation, remainingOf } from '../../../domain/ledger/decide-reservation.ts';
import { standing } from '../../support/standing.ts';

const offer = (model: string, amountNanoUsd: bigint, ...standings: BudgetStanding[]) => ({
  model,
  amountNanoUsd,
  standings,
});

describe('decideReservation', () => {
  it('proceeds on the last nano-dollar and rejects one above it', () => {
    expect(decideReservation([offer('m', 100n, standing('a', 100n))]).kind).toBe('proceed');
    expect(decideReservation([offer('m', 101n, standing('a', 100n))]).kind).toBe('reject');
  });

  it('downgrades to the first offer that fits', () => {
    const tight = standing('a', 50n);
    const decision = decideReservation([
      offer('large', 100n, tight),
      offer('middle', 60n, tight),
      offer('small', 10n, tight),
    ]);
    expect(decision).toMatchObject({ kind: 'downgrade', offer: { model: 'small' } });
  });

  it('names the budget that falls short by most, and whether money is only held', () => {
    const spent = decideReservation([offer('m', 100n, standing('a', 90n), standing('b', 5n))]);
    expect(spent).toMatchObject({ deciding: { budget: { scopeId: 'b' } }, because: 'spent' });
    const fullBudget = standing('c', 5n, { reservedNanoUsd: 900n });
    expect(decideReservation([offer('m', 100n, fullBudget)])).toMatchObject({ because: 'held' });
  });

  it('lets budgets that do not enforce pass, and says which ones warn', () => {
    const decision = decideReservation([
      offer(
        'm',
        100n,
        standing('a', 5n, { enforcement: 'warn' }),
        standing('b', 5n, { enforcement: 'observe' }),
      ),
    ]);
    expect(decision).toMatchObject({ kind: 'proceed', warnings: ['user/a/daily'] });
  });

  it('proceeds exactly when the first offer fits every enforcing budget', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 200n),
        fc.array(
          fc.tuple(
            fc.bigInt(-50n, 300n),
            fc.constantFrom<Enforcement>('enforce', 'warn', 'observe'),
          ),
        ),
        (amount, budgets) => {
          const standings = budgets.map(([headroom, enforcement], index) =>
            standing(`u${index}`, headroom, { enforcement }),
          );
          const fits = standings.every(
            ({ budget, balance }) =>
              budget.enforcement !== 'enforce' || balance.headroomNanoUsd >= amount,
          );
          expect(decideReservation([offer('m', amount, ...standings)]).kind).toBe(
            fits ? 'proceed' : 'reject',
          );
        },
      ),
    );
  });

  it('knows no remaining amount where no budget applies', () => {
    expect(remainingOf([])).toBeUndefined();
    expect(remainingOf([standing('a', 7n), standing('b', -3n)])).toBe(-3n);
  });
});
