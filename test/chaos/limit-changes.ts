import { setTimeout as sleep } from 'node:timers/promises';
import type { budgetServices } from '../../composition/budgets.ts';
import type { Call } from '../../domain/access/caller.ts';
import {
  type Balance,
  type Budget,
  budgetIdOf,
  type BudgetStanding,
} from '../../domain/ledger/budget.ts';
import { type CountsByUnit, eachUnit } from '../../domain/ledger/counts.ts';
import type { Random } from '../simulation/random.ts';
import { type ChaosOptions, ORGANIZATION, UNIT_NANO_USD, UNIT_TOKENS } from './chaos-options.ts';
import type { Journal } from './journal.ts';
import type { Plan } from './plans.ts';
import { ask } from './spender.ts';

/** Peak rates declared by the owner. They split the shared budget's balance or a user's wallet. */
const PEAKS_PER_SECOND: Partial<Record<Plan['scope'], number>> = { organization: 1_000, user: 2 };
/** In one of these it is always another day, and none may take effect before the period ends. */
const ZONES = ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'] as const;

const CHANGE_EVERY_MS = 150;
/** Limits stop changing after this share of the run, so that every budget runs out. */
const CHANGING_SHARE = 0.75;

/** Services that change budgets. */
type Changing = Pick<ReturnType<typeof budgetServices>, 'budgets' | 'adjustments'>;
type Limits = { limit: bigint; counts?: CountsByUnit | undefined };

/**
 * Sets and changes budgets while requests run, recording each limit before setting it. In escrow
 * mode, a budget becomes exact for a while now and then and is eventually split into lanes.
 */
export function createLimitChanges(services: Changing, journal: Journal, random: Random) {
  const { budgets, adjustments } = services;
  const call = () => ({ organizationId: ORGANIZATION, actor: 'operator', nowMs: Date.now() });

  async function set(target: Plan, { limit, counts }: Limits): Promise<void> {
    const budgetId = budgetIdOf(target);
    journal.append({ kind: 'limit', budgetId, atMs: Date.now(), limit, counts });
    await budgets.put(call(), target, {
      limitNanoUsd: limit,
      countLimits: counts,
      ...(random.chance(0.5) ? { timeZone: random.pick(ZONES) } : {}),
      enforcement: 'enforce',
      mode: random.chance(0.1) ? 'exact' : target.mode,
      peakRequestsPerSecond: random.chance(0.3) ? PEAKS_PER_SECOND[target.scope] : undefined,
    });
  }

  const standing = (target: Plan): Promise<BudgetStanding> =>
    budgets.standing(ORGANIZATION, target, Date.now());

  /** Adds room for this many requests of the whole organization beyond a budget's current holds. */
  async function raise(target: Plan, requests: number): Promise<void> {
    const { budget, balance } = await standing(target);
    const room = roomFor(target, requests);
    const { counters } = balance;
    await set(target, {
      limit: (budget.limitNanoUsd ?? 0n) - balance.headroomNanoUsd + room.limit,
      counts:
        room.counts &&
        counters &&
        eachUnit((unit) => {
          const { limit, headroom } = counters[unit];
          return limit - headroom + (room.counts?.[unit] ?? 0);
        }),
    });
  }

  return {
    standing,
    raise: (target: Plan, requests: number) => ask({ journal }, () => raise(target, requests)),
    first: (target: Plan, requests: number) => set(target, roomFor(target, requests)),

    /**
     * Raises nearly exhausted budgets, sometimes for seconds, and occasionally lowers one, even below
     * what is spent.
     */
    change: (target: Plan, requests: number) => ask({ journal }, () => change(target, requests)),
  };

  async function change(target: Plan, requests: number): Promise<void> {
    const { budget, balance } = await standing(target);
    if (random.chance(0.02)) {
      const used = balance.limitNanoUsd - balance.headroomNanoUsd;
      const limit = (used * BigInt(random.int(50, 105))) / 100n;
      await set(target, { limit, counts: target.isCounting ? countsOf(budget) : undefined });
    } else if (isNearlyUsedUp(balance) && random.chance(0.3)) {
      if (random.chance(0.7)) await raise(target, random.int(1, requests));
      else await override({ adjustments, journal, random, call }, target, random.int(1, requests));
    }
  }
}

type Overriding = {
  adjustments: Changing['adjustments'];
  journal: Journal;
  random: Random;
  call: () => Call;
};

/** Raises a limit until an instant. */
async function override(
  { adjustments, journal, random, call }: Overriding,
  target: Plan,
  requests: number,
): Promise<void> {
  const { limit: addNanoUsd } = roomFor(target, requests);
  const atMs = Date.now();
  const untilMs = atMs + random.int(1_000, 3_000);
  const budgetId = budgetIdOf(target);
  journal.append({ kind: 'override', budgetId, atMs, untilMs, add: addNanoUsd });
  await adjustments.addOverride(call(), target, { addNanoUsd, untilMs, reason: 'a busy day' });
}

const isNearlyUsedUp = ({ headroomNanoUsd, counters }: Balance): boolean =>
  headroomNanoUsd < 4n * UNIT_NANO_USD ||
  (counters !== undefined && counters.requests.headroom < 4);

const countsOf = ({ countLimits }: Budget): CountsByUnit =>
  eachUnit((unit) => countLimits?.[unit] ?? 0);

export type LimitChanges = ReturnType<typeof createLimitChanges>;

/**
 * Changes limits over a bad network. Then sets every budget's last limit, leaving half of the
 * remaining time to use it up.
 */
export async function changeLimits(
  plans: Plan[],
  changes: LimitChanges,
  calm: LimitChanges,
  { seconds, clients }: ChaosOptions,
  granted: () => number,
): Promise<void> {
  const untilMs = performance.now() + seconds * 1_000 * CHANGING_SHARE;
  while (performance.now() < untilMs) {
    await sleep(CHANGE_EVERY_MS);
    for (const plan of plans) await changes.change(plan, clients * 16);
  }
  const atThisRate = (granted() * (1 - CHANGING_SHARE)) / CHANGING_SHARE;
  const requests = clients + Math.ceil(atThisRate / 2);
  for (const plan of plans) {
    while ((await calm.raise(plan, requests)).kind !== 'value') await sleep(CHANGE_EVERY_MS);
  }
}

function roomFor({ percent, isCounting }: Plan, requests: number): Limits {
  const limit = (UNIT_NANO_USD * BigInt(requests) * BigInt(percent)) / 100n;
  const count = Math.ceil((requests * percent) / 100);
  return {
    limit,
    ...(isCounting ? { counts: { requests: count, tokens: count * UNIT_TOKENS } } : {}),
  };
}
