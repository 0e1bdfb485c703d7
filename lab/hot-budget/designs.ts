import type { SeededRandom } from '../traces/seeded-random.ts';
import type { Scenario } from './scenario.ts';
import type { Item, Outcome, StoreModel, Tally } from './store-model.ts';

/** One store call, repeated if refused. */
export type Step = (onAnswer: (outcome: Outcome) => void) => void;

/** The calls of one request, in order. */
export type Protocol = { reserve: Step[]; settle: Step[] };

export type Wallet = {
  item: Item;
  lane: number;
  /** Idle money, in reservations. */
  idle: number;
};

export type Protocols = (wallet: Wallet, tally: Tally) => Protocol;

/** The store calls per request of the scenario's design. */
export function createProtocols(
  scenario: Scenario,
  store: StoreModel,
  random: SeededRandom,
): Protocols {
  const lanesOfBudgets = Array.from({ length: scenario.sharedBudgets }, () =>
    Array.from({ length: scenario.lanes }, store.newItem),
  );
  const homes = (lane: () => number): Item[] =>
    lanesOfBudgets.flatMap((lanes) => lanes[lane()] ?? []);
  const drawLane = (): number => Math.floor(random() * scenario.lanes);

  if (scenario.design === 'exact') {
    return (wallet, tally) => {
      const items = [store.newItem(), wallet.item, ...homes(drawLane)];
      const move: Step = (onAnswer) => store.transact(items, tally, { onAnswer });
      return { reserve: [move], settle: [move] };
    };
  }

  return (wallet, tally) => {
    const entry = store.newItem();
    const spent = spentShare(scenario.meanSpentShare, random);
    const moveIdle = (by: number) => () => {
      wallet.idle += by;
    };
    const writeEntry: Step = (onAnswer) => store.write(entry, tally, { onAnswer });
    const hold: Step = (onAnswer) => {
      if (wallet.idle >= 1) {
        store.write(wallet.item, tally, { onCommit: moveIdle(-1), onAnswer });
        return;
      }
      const items = [wallet.item, ...homes(() => wallet.lane)];
      const onCommit = moveIdle(scenario.chunkRequests - 1);
      store.transact(items, tally, { onCommit, onAnswer });
    };
    const close: Step = (onAnswer) =>
      store.write(wallet.item, tally, { onCommit: moveIdle(1 - spent), onAnswer });
    return { reserve: [writeEntry, hold], settle: [close, writeEntry] };
  };
}

/** A share from 0 to 1 with a given mean: a power of a uniform number. */
const spentShare = (mean: number, random: SeededRandom): number => random() ** ((1 - mean) / mean);
