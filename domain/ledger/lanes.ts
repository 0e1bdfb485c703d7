/** How many requests the chunk of money that a wallet borrows from its home is meant to last. */
export const CHUNK_REQUESTS = 16;

/** Most lanes that the home of one budget, or the wallet of one user, is split into. */
export const MAX_LANES = 16;

/** Refills per second that one home answers well: each is a transaction, and transactions on one item conflict. */
const REFILLS_PER_SECOND_AND_HOME = 25;

/** How long an AI call keeps its record open in the wallet. */
const MEAN_CALL_SECONDS = 10;

/** Open records that fit beside a wallet's leases in 1 KB, which is one write unit. */
const OPEN_RECORDS_PER_WALLET = 12;

/**
 * Lanes (homes) of a budget that answers `peakRequestsPerSecond` through wallets: its peak refills
 * per second over what one home bears. The bound comes from the model of hot budgets
 * (`npm run model:hot-budget`, `docs/hot-budget.md`); it was not measured on AWS.
 */
export function lanesFor(peakRequestsPerSecond: number): number {
  return withinLanes(peakRequestsPerSecond / CHUNK_REQUESTS / REFILLS_PER_SECOND_AND_HOME);
}

/**
 * Wallets of one user who makes `peakRequestsPerSecond`. Little's law: the calls open at once are
 * the rate times how long a call lasts.
 */
export function walletLanesFor(peakRequestsPerSecond: number): number {
  return withinLanes((peakRequestsPerSecond * MEAN_CALL_SECONDS) / OPEN_RECORDS_PER_WALLET);
}

function withinLanes(lanes: number): number {
  return Math.min(Math.max(Math.ceil(lanes), 1), MAX_LANES);
}
