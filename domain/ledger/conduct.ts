import { divideRoundingUp, minNanoUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';
import { countedNanoUsd, type Entry } from './entry.ts';
import { hashOf } from './wallet-lane.ts';

/** Routes share this many records of a key, so that names made up for each request cannot escape. */
export const ROUTE_RECORDS = 32;
/** A settlement overruns its hold when it is more than half as much again, */
const OVERRUN_PERCENT = 150n;
/** and by more than this. */
const OVERRUN_FLOOR_NANO_USD = NANO_PER_USD / 100n;
/** A route that still overruns is refused after so many overruns, most of what was watched, */
export const MAX_OVERRUNS = 20;
/** or after this much above what was held. */
export const MAX_EXCESS_NANO_USD = 10n * NANO_PER_USD;
/** The key is refused everywhere after this much over all of its routes that overrun. */
export const MAX_KEY_EXCESS_NANO_USD = 3n * MAX_EXCESS_NANO_USD;
/** With more than this in dispute a key may neither reserve nor state costs. */
export const MAX_DISPUTED_NANO_USD = NANO_PER_USD;

/** What was watched on one route of a key: overruns, and everything since until they are made up for. */
export type RouteConduct = {
  /** What the predictions from the caller's words asked to hold. */
  declaredNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  settlements: number;
  overruns: number;
};

/** What is known of how a key declares and states costs; a key that never deviated has no record. */
export type Conduct = {
  /** The sum of what is in dispute, upward and downward. */
  disputedNanoUsd: NanoUsd;
  /** By number of the route's record. */
  routes: Map<number, RouteConduct>;
};

type Route = { system: string; operation?: string | undefined; model: string };

/** Which record of a key a route has. */
export const routeNumberOf = ({ system, operation = '', model }: Route): number =>
  hashOf(JSON.stringify([system, operation, model])) % ROUTE_RECORDS;

const excessOf = ({ settledNanoUsd, declaredNanoUsd }: RouteConduct): NanoUsd =>
  settledNanoUsd - declaredNanoUsd;

const isOverrun = (settledNanoUsd: NanoUsd, declaredNanoUsd: NanoUsd): boolean =>
  settledNanoUsd * 100n > declaredNanoUsd * OVERRUN_PERCENT;

const isUnderdeclared = ({ settledNanoUsd, declaredNanoUsd }: RouteConduct): boolean =>
  isOverrun(settledNanoUsd, declaredNanoUsd);

/**
 * What is held instead of what was declared: as many times as much as the route has settled more than
 * it declared, at most what one of its settlements cost on average on top. As declared while the
 * route does not overrun.
 * @returns `undefined` when nothing is watched on the route
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

/** `disputed`: too much of what it stated is in dispute; `underdeclared`: it settles far more than it declares. */
export type ConductRefusal = 'disputed' | 'underdeclared';

/** Why a key may not reserve now, if anything. */
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
  /** To what is in dispute. */
  disputedNanoUsd: NanoUsd;
  route?: (RouteConduct & { number: number }) | undefined;
};

/**
 * What a change of an entry says of a key's conduct: what is in dispute since, or no more; and an
 * overrun, or any settlement while its route is watched. Nothing for most changes. An overrun counts
 * only where the key that declared has settled, so that no key can spoil the conduct of another.
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

/** @param reserved the entry before it was settled: it names the model that was declared */
function routeChangeOf(reserved: Entry, entry: Entry): ConductChange['route'] {
  if (entry.settledKeyId !== undefined) return undefined;
  const declaredNanoUsd = entry.declaredNanoUsd ?? entry.amountNanoUsd;
  const settledNanoUsd = countedNanoUsd(entry);
  const overruns = overrunOf(entry) > 0n ? 1 : 0;
  if (overruns === 0 && entry.declaredNanoUsd === undefined) return undefined;
  const number = routeNumberOf(reserved);
  return { number, declaredNanoUsd, settledNanoUsd, settlements: 1, overruns };
}

/** How much more a settled reservation counts than was declared for it, where it is an overrun. */
export function overrunOf(entry: Entry): NanoUsd {
  const declaredNanoUsd = entry.declaredNanoUsd ?? entry.amountNanoUsd;
  return farExcess(countedNanoUsd(entry), declaredNanoUsd);
}

/** What a cost is above an amount, where that is enough to be an overrun; 0 otherwise. */
export function farExcess(costNanoUsd: NanoUsd, amountNanoUsd: NanoUsd): NanoUsd {
  const excess = costNanoUsd - amountNanoUsd;
  return isOverrun(costNanoUsd, amountNanoUsd) && excess > OVERRUN_FLOOR_NANO_USD ? excess : 0n;
}
