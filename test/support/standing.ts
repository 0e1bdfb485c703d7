import {
  type Balance,
  type BudgetMode,
  type BudgetStanding,
  type Enforcement,
  sumOfBalances,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import { periodAt } from '../../domain/periods.ts';

type Settings = {
  enforcement?: Enforcement;
  mode?: BudgetMode;
  reservedNanoUsd?: bigint;
  isFresh?: boolean;
  /** The first lane. */
  lane?: Partial<Balance>;
  /** Headroom of further lanes. */
  otherLanes?: bigint[];
};

/** A user's daily budget of 1 000 nano-dollars, as read. */
export function standing(
  scopeId: string,
  headroomNanoUsd: bigint,
  {
    enforcement = 'enforce',
    mode = 'exact',
    reservedNanoUsd = 0n,
    isFresh = true,
    lane = {},
    otherLanes = [],
  }: Settings = {},
): BudgetStanding {
  const ref = { scope: 'user', scopeId, period: 'daily', periodKey: '1970-01-01' } as const;
  const balance = {
    ...untouchedBalance(1_000n),
    headroomNanoUsd,
    reservedNanoUsd,
    settledNanoUsd: 1_000n - headroomNanoUsd - reservedNanoUsd,
    ...lane,
  };
  const home = { ref, balance };
  const others = otherLanes.map((headroom, position) => ({
    ref: { ...ref, lane: position + 1 },
    balance: { ...untouchedBalance(0n), limitNanoUsd: headroom, headroomNanoUsd: headroom },
  }));
  const lanes = [home, ...others];
  return {
    budget: {
      scope: 'user',
      scopeId,
      period: 'daily',
      limitNanoUsd: 1_000n,
      timeZone: 'UTC',
      enforcement,
      mode,
      lanes: lanes.length,
      createdAtMs: 0,
      updatedAtMs: 0,
    },
    span: periodAt('daily', 0, 'UTC'),
    balance: sumOfBalances(lanes.map((each) => each.balance)),
    home,
    lanes,
    isFresh,
  };
}
