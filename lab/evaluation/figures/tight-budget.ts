import type { Held } from './reservation-figures.ts';

/** Money of a budget for each dollar that its requests cost together. */
const BUDGET_RATIO = 1.2;
/** Requests that one budget is meant for, such as a team's day. */
const REQUESTS_PER_BUDGET = 250;
/** Requests that are served at a time. */
const IN_FLIGHT = 50;

/**
 * Percent of requests that budgets refuse although they have money for all of them: each block of
 * 250 requests has a budget of 1.2 times what the block costs; a request holds its reservation until
 * fifty more have come, then pays what it cost. With holds of the true costs nothing is refused.
 */
export function falseRefusalsPercent(requests: readonly Held[]): number {
  let refused = 0;
  for (let start = 0; start < requests.length; start += REQUESTS_PER_BUDGET) {
    const block = requests.slice(start, start + REQUESTS_PER_BUDGET);
    const costUsd = block.reduce((sum, { actualUsd }) => sum + actualUsd, 0);
    refused += refusalsOf(block, BUDGET_RATIO * costUsd, IN_FLIGHT);
  }
  return (100 * refused) / requests.length;
}

/** How many requests a budget refuses when each is served until `inFlight` more have come. */
export function refusalsOf(requests: readonly Held[], limitUsd: number, inFlight: number): number {
  const underWay: { request: Held; doneAt: number }[] = [];
  let heldUsd = 0;
  let spentUsd = 0;
  let refused = 0;
  for (const [index, request] of requests.entries()) {
    for (let oldest = underWay[0]; oldest && oldest.doneAt <= index; oldest = underWay[0]) {
      underWay.shift();
      heldUsd -= oldest.request.heldUsd;
      spentUsd += oldest.request.actualUsd;
    }
    if (spentUsd + heldUsd + request.heldUsd > limitUsd) {
      refused += 1;
      continue;
    }
    underWay.push({ request, doneAt: index + inFlight });
    heldUsd += request.heldUsd;
  }
  return refused;
}
