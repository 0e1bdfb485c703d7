import { maxNanoUsd, type NanoUsd } from '../money.ts';

/** What a reservation drew from the hold of its workflow: its whole amount. */
export type Draw = {
  workflowId: string;
  /** How many of its balances the workflow holds as well. They are the first ones. */
  shared: number;
};

type Drawn = { draw?: Draw | undefined; state: string; amountNanoUsd: NanoUsd };

/**
 * What the end of a drawn reservation returns to its workflow: all that it did not spend. After an
 * expiry nothing returns, because the call may have been made.
 */
export const returnedBy = (
  { draw, state, amountNanoUsd }: Drawn,
  after: { state: string },
  countedNanoUsd: NanoUsd,
): NanoUsd =>
  draw && state === 'reserved' && after.state !== 'expired'
    ? maxNanoUsd(0n, amountNanoUsd - countedNanoUsd)
    : 0n;
