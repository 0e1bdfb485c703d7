import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { fairShare } from '../../domain/quotas/fair-share.ts';
import { leaseSizeOf, pocketOf, rateOf, type RouteClass } from '../../domain/quotas/quota.ts';
import {
  type Bucket,
  fullBucket,
  type Rate,
  takeTokens,
  tokensIn,
  waitMsFor,
} from '../../domain/quotas/token-bucket.ts';
import type { BucketRef, QuotaStore } from '../../tables/quotas.ts';
import { createMemory } from '../memory.ts';

type Deps = {
  store: QuotaStore;
  telemetry: Telemetry;
  now: () => number;
  /** Requests per second allowed for all organizations together; `Infinity` for no limit. */
  capacityPerSecond: number;
};

export type Admission = {
  rate: Rate;
  /** Requests that may follow immediately, as far as this process knows. */
  remaining: number;
  /** Set if the request is refused: when the next one may be admitted. */
  refused?: { afterMs: number; because: 'credential' | 'organization' } | undefined;
};

export type QuotaKeeper = ReturnType<typeof createQuotaKeeper>;

/** This process's view of one credential and route class. */
type Account = {
  ref: BucketRef;
  rate: Rate;
  pocket: Bucket;
  /** Unused tokens taken from the store; void after `untilMs`. */
  lease: { tokens: number; untilMs: number };
  shut: { untilMs: number; because: 'credential' | 'organization' } | undefined;
  shared: Bucket | undefined;
  leasing: Promise<void> | undefined;
};

const WINDOW_MS = 5_000;
const LEASE_MS = 5_000;
/** How long to admit requests uncounted after the store fails to respond. */
const OPEN_MS = 5_000;
const MOST_ACCOUNTS = 10_000;

/**
 * Admits requests within the credential's quota and the organization's fair share of the
 * deployment. A process takes tokens from the store in blocks and spends them locally, so a busy
 * caller costs two writes per block of up to 50 requests, and an occasional one costs none. If the
 * store does not respond, admits everyone: quotas only smooth load, while the ledger, which fails
 * closed, guards the money.
 */
export function createQuotaKeeper({ store, telemetry, now, capacityPerSecond }: Deps) {
  const accounts = createMemory<Account>({ most: MOST_ACCOUNTS });
  const shares = createShares(store, capacityPerSecond);

  function accountOf(caller: Caller, routeClass: RouteClass): Account {
    const { organizationId, actor, requestsPerSecond } = caller;
    const rate = rateOf(routeClass, requestsPerSecond);
    const id = JSON.stringify([organizationId, actor, routeClass, rate.perSecond]);
    const account = accounts.get(id) ?? newAccount(caller, routeClass, now());
    accounts.set(id, account);
    return account;
  }

  async function lease(account: Account): Promise<void> {
    const { ref, rate } = account;
    const nowMs = now();
    try {
      const leaseSize = leaseSizeOf(rate);
      const { taken, bucket } = await store.take(
        { ref, rate, count: leaseSize, nowMs },
        account.shared,
      );
      account.shared = bucket;
      if (taken < leaseSize) {
        // Returning for single tokens would cost one write each.
        const untilMs = nowMs + waitMsFor(bucket, rate, leaseSize, nowMs);
        account.shut = { untilMs, because: 'credential' };
      }
      if (taken === 0) return;
      const tokens = await shares.take(ref.organizationId, taken, nowMs);
      account.lease = { tokens, untilMs: nowMs + LEASE_MS };
      if (tokens > 0) return;
      const untilMs = (Math.floor(nowMs / WINDOW_MS) + 1) * WINDOW_MS;
      account.shut = { untilMs, because: 'organization' };
    } catch (error) {
      shares.forget();
      telemetry.error('QUOTA_NOT_KEPT', { error });
      account.lease = { tokens: Infinity, untilMs: nowMs + OPEN_MS };
    }
  }

  return {
    /** Admits or refuses one request of a caller. */
    async admit(caller: Caller, routeClass: RouteClass): Promise<Admission> {
      const account = accountOf(caller, routeClass);
      const { rate } = account;
      for (;;) {
        const nowMs = now();
        if (account.lease.tokens > 0 && account.lease.untilMs > nowMs) {
          account.lease.tokens -= 1;
          return { rate, remaining: remainingOf(account, nowMs) };
        }
        const pocket = takeTokens(account.pocket, pocketOf(rate), 1, nowMs);
        account.pocket = pocket.bucket;
        if (pocket.taken === 1) return { rate, remaining: remainingOf(account, nowMs) };
        const { shut } = account;
        if (shut && shut.untilMs > nowMs) {
          const refused = { afterMs: shut.untilMs - nowMs, because: shut.because };
          return { rate, remaining: 0, refused };
        }
        account.leasing ??= lease(account).finally(() => (account.leasing = undefined));
        await account.leasing;
      }
    },
  };
}

function newAccount(caller: Caller, routeClass: RouteClass, nowMs: number): Account {
  const { organizationId, actor, requestsPerSecond } = caller;
  const rate = rateOf(routeClass, requestsPerSecond);
  return {
    ref: { organizationId, actor, routeClass },
    rate,
    pocket: fullBucket(pocketOf(rate), nowMs),
    lease: { tokens: 0, untilMs: 0 },
    shut: undefined,
    shared: undefined,
    leasing: undefined,
  };
}

/** Divides the deployment's capacity by the organizations' demand in the last window. */
function createShares(store: QuotaStore, capacityPerSecond: number) {
  let before: { window: number; demands: Promise<Map<string, number>> } | undefined;
  return {
    /** Counts `tokens` and returns how many of them the organization may have. */
    async take(organizationId: string, tokens: number, nowMs: number): Promise<number> {
      if (capacityPerSecond === Infinity) return tokens;
      const window = Math.floor(nowMs / WINDOW_MS);
      if (before?.window !== window) before = { window, demands: store.demands(window - 1) };
      const [counted, lately] = await Promise.all([
        store.count(window, organizationId, tokens, nowMs),
        before.demands,
      ]);
      const own = counted.get(organizationId) ?? tokens;
      const demands = new Map([...lately, [organizationId, own]]);
      const share = fairShare(demands, organizationId, (capacityPerSecond * WINDOW_MS) / 1_000);
      return Math.max(0, Math.min(tokens, share - (own - tokens)));
    },
    /** Rereads the demand on the next call, after the store failed to respond. */
    forget: (): void => {
      before = undefined;
    },
  };
}

/** Local tokens plus the store's, as this process last saw them. */
function remainingOf({ rate, lease, pocket, shared }: Account, nowMs: number): number {
  const inHand = lease.untilMs > nowMs ? lease.tokens : 0;
  const inStore = shared ? tokensIn(shared, rate, nowMs) : rate.burst;
  const own = tokensIn(pocket, pocketOf(rate), nowMs);
  return Math.min(rate.burst, inHand + inStore + own);
}
