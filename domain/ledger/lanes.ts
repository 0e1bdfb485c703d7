/** How many requests one chunk of borrowed money should last. */
export const CHUNK_REQUESTS = 16;

/** The most lanes for one budget, and the most wallets for one user. */
export const MAX_LANES = 16;

/**
 * How many refills per second one home handles well. Each refill is a transaction, and transactions
 * on the same item conflict.
 */
const REFILLS_PER_SECOND_AND_HOME = 25;

/** How long an AI call keeps its wallet record open. */
const MEAN_CALL_SECONDS = 10;

/** How many open records fit next to a wallet's leases in 1 KB, which is one write unit. */
const OPEN_RECORDS_PER_WALLET = 12;

/**
 * How many lanes (homes) a budget needs to serve `peakRequestsPerSecond` through wallets: peak
 * refills per second divided by what one home handles. The figure comes from the model of hot
 * budgets (`npm run model:hot-budget`, `docs/hot-budget.md`), not from measurements on AWS.
 */
export function lanesFor(peakRequestsPerSecond: number): number {
  return withinLanes(peakRequestsPerSecond / CHUNK_REQUESTS / REFILLS_PER_SECOND_AND_HOME);
}

/**
 * How many wallets a user with `peakRequestsPerSecond` needs. By Little's law, the number of open
 * calls is their rate times their duration.
 */
export function walletLanesFor(peakRequestsPerSecond: number): number {
  return withinLanes((peakRequestsPerSecond * MEAN_CALL_SECONDS) / OPEN_RECORDS_PER_WALLET);
}

function withinLanes(lanes: number): number {
  return Math.min(Math.max(Math.ceil(lanes), 1), MAX_LANES);
}
