import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adopting,
  again,
  type Attempt,
  counted,
  firstAttempt,
  rested,
  ROUNDS,
  unheld,
} from '../../../domain/ledger/attempt.ts';
import type { BudgetStanding } from '../../../domain/ledger/budget.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { nextStep, type ReservationFacts, type Step } from '../../../domain/ledger/next-step.ts';
import { emptyWallet, type WalletEntry } from '../../../domain/ledger/wallet.ts';
import { standing } from '../../support/standing.ts';

type Control = { name: string };
type Facts = ReservationFacts<Control>;
type Admit = Extract<Facts['admitted'], { kind: 'admit' }>;

const control: Control = { name: 'a control' };
const start: Attempt<Control> = firstAttempt({ reservationId: 'r1', occurredAtMs: 1 });
const passed = counted(start, undefined);
const wallet = emptyWallet({ userId: 'ada', lane: 0 });

const entry = (over: Partial<Entry> = {}): Entry => ({
  entryId: 'r0',
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'large',
  state: 'reserved',
  amountNanoUsd: 100n,
  chargedNanoUsd: 0n,
  balances: [],
  occurredAtMs: 7,
  version: 1,
  requestDigest: 'digest',
  ...over,
});
const storedEntry = entry({ wallet: { lane: 3, exact: [] } }) as WalletEntry;

/** Facts of a 100 nano-dollar request under these budgets. */
const factsOf = (standings: BudgetStanding[], over: Partial<Facts> = {}): Facts => ({
  conductRefusal: undefined,
  admitted: admitting(standings),
  askedModel: 'large',
  isWide: true,
  wallet: undefined,
  ...over,
});

const admitting = (standings: BudgetStanding[], over: Partial<Admit> = {}): Admit => ({
  kind: 'admit',
  offers: [{ model: 'large', amountNanoUsd: 100n, standings }],
  counted: [],
  wantsOthers: false,
  ...over,
});

const refusing: Facts['admitted'] = { kind: 'refuse', control };
const roomy = [standing('a', 100n)];
const tight = [standing('a', 99n)];

describe('what is read', () => {
  it('is at first what the model asked for needs', () => {
    expect(nextStep(start, undefined)).toEqual({ kind: 'read', isWide: false, attempt: start });
  });

  it('is all models where the one asked for does not fit, is refused, or is not to come first', () => {
    const wanting = admitting(roomy, { wantsOthers: true });
    for (const facts of [
      factsOf(tight),
      factsOf(roomy, { admitted: refusing }),
      factsOf(roomy, { admitted: wanting }),
    ]) {
      const wide = { kind: 'read', isWide: true, attempt: start };
      expect(nextStep(start, { ...facts, isWide: false })).toEqual(wide);
      expect(nextStep(start, facts)).not.toMatchObject({ kind: 'read' });
    }
    expect(nextStep(passed, factsOf(roomy, { isWide: false })).kind).toBe('hold');
  });

  it('is read again in the next round, of the model asked for', () => {
    expect(nextStep(again(start), undefined)).toMatchObject({ kind: 'read', isWide: false });
  });
});

describe('a request is refused', () => {
  it.each(['disputed', 'underdeclared'] as const)(
    'for the conduct of its key (%s) before anything else, and before it counts',
    (refusal) => {
      const facts = factsOf(tight, { conductRefusal: refusal, admitted: refusing });
      expect(nextStep(start, facts)).toEqual({
        kind: 'refuse',
        refusal: { because: 'conduct', refusal },
        attempt: start,
      });
    },
  );

  it('by a control before it counts towards a rate', () => {
    expect(nextStep(start, factsOf(roomy, { admitted: refusing }))).toMatchObject({
      kind: 'refuse',
      refusal: { because: 'control', control },
    });
  });

  it('by a rate that is used up, whatever its budgets have', () => {
    for (const standings of [roomy, tight]) {
      expect(nextStep(counted(start, control), factsOf(standings))).toMatchObject({
        kind: 'refuse',
        refusal: { because: 'rate', control },
      });
    }
  });

  it('by the budget that falls short by most', () => {
    const step = nextStep(passed, factsOf([standing('a', 99n), standing('b', 5n)]));
    expect(step).toMatchObject({
      kind: 'refuse',
      refusal: {
        because: 'budget',
        rejection: { deciding: { budget: { scopeId: 'b' } }, because: 'spent' },
      },
    });
  });
});

describe('a request counts towards the rate', () => {
  const facts = factsOf(roomy, { admitted: admitting(roomy, { counted: [control] }) });

  it('of every control that counts, before its budgets are looked at', () => {
    for (const standings of [roomy, tight]) {
      const admitted = admitting(standings, { counted: [control] });
      const step = nextStep(start, factsOf(standings, { admitted }));
      expect(step).toEqual({ kind: 'count', controls: [control], attempt: start });
    }
  });

  it('once, however often it is decided again', () => {
    const attempts = [
      again(passed),
      rested(passed),
      unheld(passed, 'again'),
      unheld(passed, 'conflict'),
      adopting(passed, entry()),
    ];
    for (const attempt of attempts) expect(nextStep(attempt, facts).kind).toBe('hold');
  });
});

describe('a shortage', () => {
  it('that was remembered is read before it counts', () => {
    const old = factsOf([standing('a', 99n, { isFresh: false }), standing('b', 9n)]);
    const step = nextStep(passed, old);
    expect(step).toEqual({ kind: 'read again', attempt: { ...passed, round: 2, isFresh: true } });
    expect(nextStep(step.attempt, undefined)).toMatchObject({ attempt: { isFresh: true } });
  });

  it('lets idle money come home first, of just the lanes that may have lent some', () => {
    const lending = { lane: { lentNanoUsd: 50n }, otherLanes: [0n] };
    const short = [standing('a', 9n, lending), standing('b', 9n, lending)];
    expect(nextStep(passed, factsOf(short))).toEqual({
      kind: 'draw in',
      lanes: short.map(({ home }) => home),
      attempt: { ...passed, round: 2 },
    });
  });

  it('stays where all is drawn in, or where one budget that is short has lent nothing', () => {
    const lent = standing('a', 9n, { lane: { lentNanoUsd: 50n } });
    const drawnIn = standing('a', 9n, { lane: { lentNanoUsd: 50n, isDrawnIn: true } });
    for (const short of [[drawnIn], [lent, standing('b', 9n)]]) {
      expect(nextStep(passed, factsOf(short)).kind).toBe('refuse');
    }
  });

  it('in several lanes counts when it is seen twice, with nothing moved in between', () => {
    const short = (other: bigint) => factsOf([standing('a', 9n, { otherLanes: [other] })]);
    const first = nextStep(passed, short(5n));
    expect(first).toMatchObject({ kind: 'read again', attempt: { round: 2 } });
    expect(nextStep(first.attempt, short(5n)).kind).toBe('refuse');
    const second = nextStep(first.attempt, short(6n));
    expect(second).toMatchObject({ kind: 'read again', attempt: { round: 3 } });
    expect(nextStep(second.attempt, short(6n)).kind).toBe('refuse');
    expect(nextStep(rested(second.attempt), short(6n)).kind).toBe('read again');
  });

  it('in one lane counts at once: it is one item, read at one instant', () => {
    expect(nextStep(passed, factsOf(tight)).kind).toBe('refuse');
  });

  it('of the first offer is made sure of before a cheaper model is taken', () => {
    const offersUnder = (isFresh: boolean) => {
      const standings = [standing('a', 50n, { isFresh })];
      const offers: Admit['offers'] = [
        { model: 'large', amountNanoUsd: 100n, standings },
        { model: 'small', amountNanoUsd: 10n, standings },
      ];
      return factsOf(standings, { admitted: admitting(standings, { offers, control }) });
    };
    expect(nextStep(passed, offersUnder(false)).kind).toBe('read again');
    expect(nextStep(passed, offersUnder(true))).toMatchObject({
      kind: 'hold',
      granted: { kind: 'downgrade', offer: { model: 'small' } },
      control,
    });
  });

  it('of a budget that does not enforce refuses nothing', () => {
    const warning = [standing('a', 9n, { enforcement: 'warn' })];
    expect(nextStep(passed, factsOf(warning))).toMatchObject({
      kind: 'hold',
      granted: { kind: 'proceed', warnings: ['user/a/daily'] },
    });
  });
});

describe('a hold', () => {
  const lent = [standing('a', 100n, { mode: 'escrow' })];

  it('is made in the balances unless one of them lends', () => {
    expect(nextStep(passed, factsOf(roomy, { wallet }))).toMatchObject({ wallet: undefined });
    expect(nextStep(passed, factsOf([...roomy, ...lent], { wallet }))).toMatchObject({ wallet });
  });

  it('stays with the wallet of an entry that is stored already', () => {
    const attempt = { ...passed, storedEntry };
    expect(nextStep(attempt, factsOf(roomy, { wallet }))).toMatchObject({ wallet });
  });

  it('borrows ahead at the first try after the start or a pause only', () => {
    const borrowing = (attempt: Attempt<Control>) => nextStep(attempt, factsOf(lent, { wallet }));
    expect(borrowing(passed)).toMatchObject({ borrowsAhead: true });
    expect(borrowing(again(passed))).toMatchObject({ borrowsAhead: false });
    expect(borrowing(rested(again(passed)))).toMatchObject({ borrowsAhead: true });
  });

  it('that others came before is decided from fresh facts', () => {
    const attempt = unheld(passed, 'again', storedEntry);
    expect(attempt).toEqual({ ...passed, round: 2, isFresh: true, storedEntry });
    expect(nextStep(attempt, undefined)).toMatchObject({ kind: 'read', attempt: { storedEntry } });
    expect(unheld(attempt, 'again').storedEntry).toBe(storedEntry);
  });

  it('that met a conflict waits, then starts over with what was stored and counted', () => {
    const attempt = unheld(
      { ...again(passed), isFresh: true, shortLanes: 'x' },
      'conflict',
      storedEntry,
    );
    const step = nextStep(attempt, undefined);
    expect(step).toEqual({ kind: 'pause', attempt: { ...passed, pauses: 1, storedEntry } });
    expect(nextStep(step.attempt, undefined).kind).toBe('read');
  });

  it('that never comes about waits after twelve rounds', () => {
    const last = { ...passed, round: ROUNDS };
    expect(nextStep(last, undefined).kind).toBe('read');
    expect(nextStep(again(last), undefined)).toMatchObject({ kind: 'pause' });
  });
});

describe('an entry that an earlier call has stored', () => {
  const opaque = firstAttempt({ reservationId: 'r1', occurredAtMs: 9, opaqueKey: 'order-1' });

  it('is gone on with under its own id and time, from fresh facts', () => {
    expect(adopting<Control>(opaque, storedEntry)).toMatchObject({
      identity: { reservationId: 'r0', occurredAtMs: 7 },
      storedEntry,
      isFresh: true,
      round: 2,
    });
    expect(adopting<Control>(opaque, storedEntry).identity.opaqueKey).toBeUndefined();
  });

  it('is held by its wallet only where it names one', () => {
    expect(adopting<Control>(opaque, entry()).storedEntry).toBeUndefined();
    expect(adopting<Control>({ ...opaque, storedEntry }, entry()).storedEntry).toBe(storedEntry);
  });
});

it('comes to an end, counts once and never reads more than twelve rounds between pauses', () => {
  const lanes = fc.constantFrom<bigint[]>([], [0n], [3n]);
  const facts = fc
    .record({ headroom: fc.bigInt(0n, 150n), lanes, lent: fc.bigInt(0n, 1n) })
    .chain(({ headroom, lanes: otherLanes, lent }) =>
      fc
        .record({ isFresh: fc.boolean(), isWide: fc.boolean(), conflicts: fc.boolean() })
        .map(({ isFresh, isWide, conflicts }) => ({
          conflicts,
          facts: factsOf(
            [standing('a', headroom, { isFresh, otherLanes, lane: { lentNanoUsd: lent } })],
            { isWide },
          ),
        })),
    );
  fc.assert(
    fc.property(fc.infiniteStream(facts), (stream) => {
      let attempt = start;
      let read: Facts | undefined;
      let [counts, rounds, pauses] = [0, 0, 0];
      const ends = (step: Step<Control>): boolean => step.kind === 'refuse' || pauses === 5;
      for (;;) {
        const step = nextStep(attempt, read);
        if (ends(step)) break;
        attempt = step.attempt;
        const { value } = stream.next();
        if (step.kind === 'read') {
          read = { ...value.facts, isWide: step.isWide || value.facts.isWide };
          if (!step.isWide) rounds += 1;
          continue;
        }
        if (step.kind === 'count') {
          counts += 1;
          attempt = counted(attempt, undefined);
          continue;
        }
        if (step.kind === 'pause') [rounds, pauses] = [0, pauses + 1];
        if (step.kind === 'hold') attempt = unheld(attempt, value.conflicts ? 'conflict' : 'again');
        read = undefined;
        expect(rounds).toBeLessThanOrEqual(ROUNDS);
        expect(attempt.pauses).toBe(pauses);
      }
      expect(counts).toBeLessThanOrEqual(1);
    }),
  );
});
