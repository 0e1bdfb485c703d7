import { describe, expect, it } from 'vitest';
import {
  again,
  type Attempt,
  counted,
  firstAttempt,
  mayRecall,
  rested,
  unheld,
} from '../../../domain/ledger/attempt.ts';
import type { BudgetStanding } from '../../../domain/ledger/budget.ts';
import { nextStep, type ReservationFacts } from '../../../domain/ledger/next-step.ts';
import { standing } from '../../support/standing.ts';

type Control = { name: string };
type Facts = ReservationFacts<Control>;
type Admit = Extract<Facts['admitted'], { kind: 'admit' }>;

const control: Control = { name: 'a control' };
const start: Attempt<Control> = firstAttempt({ reservationId: 'r1', occurredAtMs: 1 });
const passed = counted(start, undefined);

const admitting = (standings: BudgetStanding[], over: Partial<Admit> = {}): Admit => ({
  kind: 'admit',
  offers: [{ model: 'large', amountNanoUsd: 100n, standings }],
  counted: [],
  wantsOthers: false,
  ...over,
});

/** Facts of a 100 nano-dollar request, as remembered. */
const factsOf = (standings: BudgetStanding[], over: Partial<Facts> = {}): Facts => ({
  conductRefusal: undefined,
  admitted: admitting(standings),
  askedModel: 'large',
  isWide: true,
  wallet: undefined,
  memory: { roomRequests: 16 },
  ...over,
});

describe('what is remembered', () => {
  it('lets a request proceed if there is room for many like it', () => {
    const roomyAll = [standing('a', 1_600n), standing('b', 1_600n)];
    expect(nextStep(passed, factsOf(roomyAll))).toMatchObject({
      kind: 'hold',
      granted: { kind: 'proceed', warnings: [] },
    });
  });

  it('decides nothing else: then it is read', () => {
    const ample = [standing('a', 9_999n)];
    const other: Admit['offers'] = [{ model: 'small', amountNanoUsd: 1n, standings: ample }];
    for (const facts of [
      factsOf([standing('a', 9_999n), standing('b', 1_599n)]),
      factsOf([standing('a', 1_599n, { enforcement: 'observe' })]),
      factsOf(ample, { conductRefusal: 'disputed' }),
      factsOf(ample, { admitted: { kind: 'refuse', control } }),
      factsOf(ample, { admitted: admitting(ample, { control }) }),
      factsOf(ample, { admitted: admitting(ample, { wantsOthers: true }) }),
      factsOf(ample, { admitted: admitting(ample, { offers: other }) }),
    ]) {
      const step = nextStep(start, facts);
      expect(step).toEqual({ kind: 'read again', attempt: again(start) });
      expect(mayRecall(step.attempt)).toBe(false);
    }
  });

  it('may answer only the first reading', () => {
    expect(mayRecall(start)).toBe(true);
    for (const attempt of [again(start), rested(start), unheld(start, 'again')]) {
      expect(mayRecall(attempt)).toBe(false);
    }
  });
});
