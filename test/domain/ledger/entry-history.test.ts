import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctEntry } from '../../../domain/ledger/correct-entry.ts';
import { entryGap, possiblePostingIds } from '../../../domain/ledger/entry-history.ts';
import {
  type Entry,
  type EntryChange,
  expireEntry,
  settleEntry,
  voidEntry,
} from '../../../domain/ledger/entry.ts';
import { postingsOf } from '../../../domain/ledger/entry-postings.ts';
import { DELIVERIES, type Delivery } from '../../../domain/ledger/delivery.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { addMeasures, measuresOf, NOTHING } from '../../../domain/reporting/measures.ts';

const reserved = (over: Partial<Entry> = {}): Entry => ({
  entryId: 'r1',
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'small',
  state: 'reserved',
  amountNanoUsd: 100n,
  chargedNanoUsd: 0n,
  balances: [],
  occurredAtMs: 1_000,
  expiresAtMs: 2_000,
  version: 1,
  requestDigest: 'd',
  ...over,
});

type Told = { entry: Entry; postings: Posting[] };

/** An entry's postings through a series of changes, as derived from the ledger's stream. */
function told(first: Entry, changes: ((entry: Entry) => EntryChange | undefined)[]): Told {
  let entry = first;
  const postings = postingsOf(undefined, first);
  for (const change of changes) {
    const done = change(entry);
    if (done?.kind !== 'change') continue;
    postings.push(...postingsOf(entry, done.entry));
    entry = done.entry;
  }
  return { entry, postings };
}

const settle =
  (
    chargedNanoUsd: bigint,
    model: string,
    { disputed, delivery }: { disputed?: bigint | undefined; delivery?: Delivery | undefined },
  ) =>
  (entry: Entry): EntryChange => {
    const change = settleEntry(
      entry,
      {
        chargedNanoUsd,
        usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1, cacheWriteTokens: 2 },
        model,
        settlementDigest: 's',
        latencyMs: 800,
        delivery,
      },
      3_000,
    );
    return change.kind === 'change'
      ? { ...change, entry: { ...change.entry, disputedNanoUsd: disputed } }
      : change;
  };
const expire = (entry: Entry) => expireEntry(entry, 2_000);
const correct = (chargedNanoUsd: bigint, correctionId: string) => (entry: Entry) => {
  if (entry.state !== 'settled') return undefined;
  const order = { correctionId, chargedNanoUsd, actor: 'a', reason: 'r' };
  const change = correctEntry(entry, order, 4_000);
  return change.kind === 'refused' ? undefined : change;
};

const amount = fc.bigInt({ min: 0n, max: 500n });
const lives = fc.record({
  charge: fc.boolean(),
  isReleasedAtExpiry: fc.boolean(),
  ending: fc.constantFrom('open', 'voided', 'settled', 'expired', 'late'),
  charged: amount,
  disputed: fc.option(amount, { nil: undefined }),
  delivery: fc.constantFrom(undefined, ...DELIVERIES),
  corrections: fc.array(amount, { maxLength: 4 }),
});

function lifeOf(
  life: typeof lives extends fc.Arbitrary<infer Life> ? Life : never,
  model: string,
): Told {
  const { charge, isReleasedAtExpiry, ending, charged, disputed, corrections } = life;
  const corrected = corrections.map((to, position) => correct(to, `c${position}`));
  if (charge) {
    const disputedNanoUsd = disputed === 0n ? undefined : disputed;
    const born = { kind: 'charge', state: 'settled', amountNanoUsd: 0n } as const;
    return told(reserved({ ...born, chargedNanoUsd: charged, disputedNanoUsd }), corrected);
  }
  const { delivery } = life;
  const settled = settle(charged, model, {
    disputed: disputed === 0n ? undefined : disputed,
    delivery,
  });
  return told(reserved({ isReleasedAtExpiry }), [
    ...(ending === 'voided' ? [(entry: Entry) => voidEntry(entry, 1_500)] : []),
    ...(ending === 'expired' || ending === 'late' ? [expire] : []),
    ...(ending === 'settled' || ending === 'late' ? [settled, ...corrected] : []),
  ]);
}

const measuresIn = (postings: readonly Posting[]) =>
  postings.map(measuresOf).reduce(addMeasures, NOTHING);
const idsOf = (postings: readonly Posting[]) => postings.map(({ postingId }) => postingId);

describe('what an entry remembers of its postings', () => {
  it('fills any gap, so that nothing is short and no posting is made up', () => {
    const cases = fc
      .record({ life: lives, model: fc.constantFrom('small', 'large') })
      .chain(({ life, model }) => {
        const { entry, postings } = lifeOf(life, model);
        return fc.record({
          entry: fc.constant(entry),
          postings: fc.constant(postings),
          known: fc.shuffledSubarray(postings),
        });
      });
    fc.assert(
      fc.property(cases, ({ entry, postings, known: ledgerPostings }) => {
        const { missing, unexplainedNanoUsd } = entryGap(entry, ledgerPostings);
        const mended = measuresIn([...ledgerPostings, ...missing]);
        const whole = measuresIn(postings);
        expect(unexplainedNanoUsd).toBe(0n);
        for (const measure of ['costNanoUsd', 'requests', 'inputTokens', 'latencyCount'] as const) {
          expect(mended[measure], measure).toBe(whole[measure]);
        }
        expect(mended.costNanoUsd).toBe(entry.chargedNanoUsd);
        for (const delivery of [undefined, ...DELIVERIES]) {
          const isOfClass = (posting: Posting): boolean => posting.delivery === delivery;
          const inClass = measuresIn([...ledgerPostings, ...missing].filter(isOfClass));
          expect(inClass.costNanoUsd).toBe(delivery === entry.delivery ? entry.chargedNanoUsd : 0n);
        }
        expect(mended.disputedNanoUsd).toBe(entry.disputedNanoUsd ?? 0n);
        const all = idsOf([...ledgerPostings, ...missing]);
        expect(new Set(all).size).toBe(all.length);
        expect(idsOf(postings)).toEqual(expect.arrayContaining(all));
        expect(possiblePostingIds(entry)).toEqual(expect.arrayContaining(idsOf(postings)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, Told]>([
    ['a charge', lifeOf({ ...plainLife(), charge: true }, 'small')],
    ['a settlement', lifeOf(plainLife(), 'large')],
    ['what was corrected', lifeOf({ ...plainLife(), corrections: [20n, 70n] }, 'small')],
    ['an expiry', lifeOf({ ...plainLife(), ending: 'expired' }, 'small')],
    [
      'a late settlement whose answer broke off',
      lifeOf({ ...plainLife(), ending: 'late', delivery: 'failed' }, 'small'),
    ],
    ['a late settlement', lifeOf({ ...plainLife(), ending: 'late', corrections: [5n] }, 'small')],
  ])('tells all postings of %s again, as they were', (_, { entry, postings }) => {
    expect(entryGap(entry, []).missing).toEqual(postings);
  });

  it('knows the first model of a late settlement from any posting that names it', () => {
    const { entry, postings } = lifeOf({ ...plainLife(), ending: 'late' }, 'large');
    const [presumption, returned, late] = postings;
    expect(idsOf(postings)).toEqual(['r1.2', 'r1.3.returned', 'r1.3']);
    for (const ledgerPosting of [presumption, returned]) {
      if (!ledgerPosting) throw new Error('there is no such posting');
      const missing = postings.filter((posting) => posting !== ledgerPosting);
      expect(entryGap(entry, [ledgerPosting]).missing).toEqual(missing);
    }
    // If one is missing, the sum is correct and attributed to the model that was used.
    const { missing } = entryGap(entry, late ? [late] : []);
    expect(missing).toMatchObject([{ postingId: 'r1.2', model: 'large', amountNanoUsd: 0n }]);
  });

  it('says when recorded postings cannot add up', () => {
    const { entry, postings } = lifeOf(plainLife(), 'small');
    const wrong = postings.map((posting) => ({ ...posting, amountNanoUsd: 1n }));
    expect(entryGap(entry, wrong)).toEqual({ missing: [], unexplainedNanoUsd: 59n });
  });
});

function plainLife() {
  return {
    charge: false,
    isReleasedAtExpiry: false,
    ending: 'settled' as const,
    charged: 60n,
    disputed: undefined,
    delivery: undefined,
    corrections: [] as bigint[],
  };
}
