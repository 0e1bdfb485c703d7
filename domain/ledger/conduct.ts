import { divideRoundingUp, minNanoUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';
import { countedNanoUsd, type Entry } from './entry.ts';
import { hashOf } from './wallet-lane.ts';

/**
 * A key's routes share this many records, so that a caller cannot escape by inventing route names.
 */
export const ROUTE_RECORDS = 32;
/** A settlement counts as an overrun if it is above this percentage of the declared amount */
const OVERRUN_PERCENT = 150n;
/** and exceeds it by more than this. */
const OVERRUN_FLOOR_NANO_USD = NANO_PER_USD / 100n;
/**
 * A route that keeps overrunning is refused after this many overruns, if they are most of its
 * settlements,
 */
export const MAX_OVERRUNS = 20;
/** or once it has settled this much more than it held. */
export const MAX_EXCESS_NANO_USD = 10n * NANO_PER_USD;
/** The key is refused on all routes once the excess of all its overrunning routes reaches this. */
export const MAX_KEY_EXCESS_NANO_USD = 3n * MAX_EXCESS_NANO_USD;
/** A key with more than this in dispute can neither reserve nor state costs. */
export const MAX_DISPUTED_NANO_USD = NANO_PER_USD;

/**
 * What was observed on one route of a key since it began to overrun, until it has made up for it.
 */
export type RouteConduct = {
  /** What the caller's own predictions asked to hold. */
  declaredNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  settlements: number;
  overruns: number;
};

/**
 * What Purser knows about how a key declares and states costs. Keys that never deviated have no
 * record.
 */
export type Conduct = {
  /** Sum of the amounts in dispute, upward and downward. */
  disputedNanoUsd: NanoUsd;
  /** Keyed by the number of the route's record. */
  routes: Map<number, RouteConduct>;
};

type Route = { system: string; operation?: string | undefined; model: string };

/** The number of the record in which a key tracks a route. */
export const routeNumberOf = ({ system, operation = '', model }: Route): number =>
  hashOf(JSON.stringify([system, operation, model])) % ROUTE_RECORDS;

const excessOf = ({ settledNanoUsd, declaredNanoUsd }: RouteConduct): NanoUsd =>
  settledNanoUsd - declaredNanoUsd;

const isOverrun = (settledNanoUsd: NanoUsd, declaredNanoUsd: NanoUsd): boolean =>
  settledNanoUsd * 100n > declaredNanoUsd * OVERRUN_PERCENT;

const isUnderdeclared = ({ settledNanoUsd, declaredNanoUsd }: RouteConduct): boolean =>
  isOverrun(settledNanoUsd, declaredNanoUsd);

/**
 * Raises a hold by the ratio of what the route settled to what it declared, but by no more than the
 * average cost of its settlements. Returns the declared amount if the route does not overrun.
 * @returns `undefined` if the route is not watched
 */
export function raisedHold(
  { routes }: Conduct,
  route: Route,
  amountNanoUsd: NanoUsd,
): NanoUsd | undefined {
  const routeConduct = routes.get(routeNumberOf(route));
  if (!routeConduct || excessOf(routeConduct) <= 0n) return undefined;
  if (!isUnderdeclared(routeConduct)) return amountNanoUsd;
  const { declaredNanoUsd, settledNanoUsd, settlements } = routeConduct;
  const average = divideRoundingUp(settledNanoUsd, BigInt(Math.max(1, settlements)));
  if (declaredNanoUsd <= 0n) return amountNanoUsd + average;
  const inProportion = divideRoundingUp(amountNanoUsd * settledNanoUsd, declaredNanoUsd);
  return minNanoUsd(inProportion, amountNanoUsd + average);
}

/**
 * `disputed`: too much of what the key stated is in dispute. `underdeclared`: the key settles far
 * more than it declares.
 */
export type ConductRefusal = 'disputed' | 'underdeclared';

/** Why a key may not reserve right now, or `undefined` if it may. */
export function refusalOf(
  { disputedNanoUsd, routes }: Conduct,
  route: Route,
): ConductRefusal | undefined {
  if (disputedNanoUsd > MAX_DISPUTED_NANO_USD) return 'disputed';
  const underdeclared = [...routes.values()].filter(isUnderdeclared);
  const excess = underdeclared.reduce((sum, each) => sum + excessOf(each), 0n);
  if (excess > MAX_KEY_EXCESS_NANO_USD) return 'underdeclared';
  const own = routes.get(routeNumberOf(route));
  if (!own || !isUnderdeclared(own)) return undefined;
  const isMostly = own.overruns >= MAX_OVERRUNS && own.overruns * 2 > own.settlements;
  return isMostly || excessOf(own) > MAX_EXCESS_NANO_USD ? 'underdeclared' : undefined;
}

/** What one change of an entry adds to the conduct of the key that made it. */
export type ConductChange = {
  organizationId: string;
  keyId: string;
  /** Added to the amount in dispute. */
  disputedNanoUsd: NanoUsd;
  route?: (RouteConduct & { number: number }) | undefined;
};

/**
 * What a change of an entry says about a key's conduct: amounts that became or stopped being
 * disputed, overruns, and any settlement while its route is watched. Most changes say nothing. An
 * overrun counts only if the declaring key also settled, so no key can spoil another key's record.
 */
export function conductChangeOf(
  before: Entry | undefined,
  after: Entry,
): ConductChange | undefined {
  const keyId = after.settledKeyId ?? after.keyId;
  if (keyId === undefined) return undefined;
  const disputedNanoUsd = inDispute(after) - inDispute(before);
  const route = isFirstSettlement(before, after) ? routeChangeOf(before, after) : undefined;
  if (disputedNanoUsd === 0n && !route) return undefined;
  return { organizationId: after.organizationId, keyId, disputedNanoUsd, route };
}

const isFirstSettlement = (before: Entry | undefined, after: Entry): before is Entry =>
  before !== undefined && before.state !== 'settled' && after.state === 'settled';

function inDispute(entry: Entry | undefined): NanoUsd {
  const disputed = entry?.disputedNanoUsd ?? 0n;
  return disputed < 0n ? -disputed : disputed;
}

/** @param reserved the entry before it was settled, which names the declared model */
function routeChangeOf(reserved: Entry, entry: Entry): ConductChange['route'] {
  if (entry.settledKeyId !== undefined) return undefined;
  const declaredNanoUsd = entry.declaredNanoUsd ?? entry.amountNanoUsd;
  const settledNanoUsd = countedNanoUsd(entry);
  const overruns = overrunOf(entry) > 0n ? 1 : 0;
  if (overruns === 0 && entry.declaredNanoUsd === undefined) return undefined;
  const number = routeNumberOf(reserved);
  return { number, declaredNanoUsd, settledNanoUsd, settlements: 1, overruns };
}

/** How far a settled reservation exceeds its declared amount, if that makes it an overrun. */
export function overrunOf(entry: Entry): NanoUsd {
  const declaredNanoUsd = entry.declaredNanoUsd ?? entry.amountNanoUsd;
  return farExcess(countedNanoUsd(entry), declaredNanoUsd);
}

/** How far a cost exceeds an amount, if it is enough for an overrun; otherwise 0. */
export function farExcess(costNanoUsd: NanoUsd, amountNanoUsd: NanoUsd): NanoUsd {
  const excess = costNanoUsd - amountNanoUsd;
  return isOverrun(costNanoUsd, amountNanoUsd) && excess > OVERRUN_FLOOR_NANO_USD ? excess : 0n;
}
