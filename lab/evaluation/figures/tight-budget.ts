import type { Held } from './reservation-figures.ts';

/** A budget's money per dollar of its requests' total cost. */
const BUDGET_RATIO = 1.2;
/** Requests per budget, such as a team's day. */
const REQUESTS_PER_BUDGET = 250;
/** Requests in flight at a time. */
const IN_FLIGHT = 50;

/**
 * Percent of requests that budgets refuse although they have money for all of them. Each block of
 * 250 requests has a budget of 1.2 times its cost. A request keeps its reservation until fifty more
 * have arrived, then pays its actual cost. Holding the exact costs would refuse nothing.
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

/** How many requests a budget refuses if each is in flight until `inFlight` more have arrived. */
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
