import { setTimeout as sleep } from 'node:timers/promises';
import { budgetIdOf, type BudgetMode, type BudgetStanding } from '../../domain/ledger/budget.ts';
import type { Period } from '../../domain/periods.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import type { Random } from '../simulation/random.ts';
import {
  type ChaosOptions,
  DEPARTMENTS,
  MODELS,
  ORGANIZATION,
  UNIT_NANO_USD,
  USERS,
} from './chaos-options.ts';
import type { Journal } from './journal.ts';
import { ask } from './spender.ts';

/** A budget, and its maximum share of the organization's money in percent. */
export type Plan = ScopeRef & { period: Period; percent: number; mode: BudgetMode };

/** Peak rates declared by the owner. They split the shared budget's balance or a user's wallet. */
const PEAKS_PER_SECOND: Partial<Record<Plan['scope'], number>> = { organization: 1_000, user: 2 };

/** One shared budget, tighter than the others combined. In escrow mode, some stay exact. */
export const plansFor = (mode: BudgetMode): [Plan, ...Plan[]] => [
  planOf('organization', ORGANIZATION, 100, mode),
  ...DEPARTMENTS.map((id) => planOf('department', id, 80, mode)),
  ...USERS.map((id, at) => planOf('user', id, 40, at === 0 ? 'exact' : mode)),
  ...MODELS.map((id, at) => planOf('model', id, 90, at === 0 ? mode : 'exact')),
];

type BudgetManager = ReturnType<typeof createBudgetManager>;

const CHANGE_EVERY_MS = 150;
/** Limits stop changing after this share of the run, so that every budget runs out. */
const CHANGING_SHARE = 0.75;

/**
 * Sets and changes budgets while requests run, recording each limit before setting it. In escrow
 * mode, a budget becomes exact for a while now and then and is eventually split into lanes.
 */
export function createLimitChanges(budgets: BudgetManager, journal: Journal, random: Random) {
  async function set(target: Plan, limit: bigint): Promise<void> {
    journal.append({ kind: 'limit', budgetId: budgetIdOf(target), atMs: Date.now(), limit });
    const settings = {
      limitNanoUsd: limit,
      timeZone: 'UTC',
      enforcement: 'enforce' as const,
      mode: random.chance(0.1) ? ('exact' as const) : target.mode,
      peakRequestsPerSecond: random.chance(0.3) ? PEAKS_PER_SECOND[target.scope] : undefined,
    };
    const who = { organizationId: ORGANIZATION, actor: 'operator' };
    await budgets.put({ ...who, nowMs: Date.now() }, target, settings);
  }

  const standing = (target: Plan): Promise<BudgetStanding> =>
    budgets.standing(ORGANIZATION, target, Date.now());

  /** Adds room for this many requests of the whole organization beyond a budget's current holds. */
  async function raise(target: Plan, requests: number): Promise<void> {
    const { limitNanoUsd, headroomNanoUsd } = (await standing(target)).balance;
    await set(target, limitNanoUsd - headroomNanoUsd + roomFor(target, requests));
  }

  return {
    standing,
    raise: (target: Plan, requests: number) => ask({ journal }, () => raise(target, requests)),
    first: (target: Plan, requests: number) => set(target, roomFor(target, requests)),

    /** Raises nearly exhausted budgets, and occasionally lowers one, even below what is spent. */
    change: (target: Plan, requests: number) => ask({ journal }, () => change(target, requests)),
  };

  async function change(target: Plan, requests: number): Promise<void> {
    const { limitNanoUsd, headroomNanoUsd } = (await standing(target)).balance;
    if (random.chance(0.02)) {
      const used = limitNanoUsd - headroomNanoUsd;
      await set(target, (used * BigInt(random.int(50, 105))) / 100n);
    } else if (headroomNanoUsd < 4n * UNIT_NANO_USD && random.chance(0.3)) {
      await raise(target, random.int(1, requests));
    }
  }
}

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

const roomFor = ({ percent }: Plan, requests: number): bigint =>
  (UNIT_NANO_USD * BigInt(requests) * BigInt(percent)) / 100n;

function planOf(scope: Plan['scope'], scopeId: string, percent: number, mode: BudgetMode): Plan {
  return { ...canonicalScope({ scope, scopeId }), period: 'daily', percent, mode };
}
