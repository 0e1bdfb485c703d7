import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Conduct,
  farExcess,
  raisedHold,
  refusalOf,
  type RouteConduct,
  routeNumberOf,
} from '../../../domain/ledger/conduct.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';

const route = { system: 'relaycore', operation: 'chat', model: 'small' };

/** A key's conduct after counting these settlements one by one. */
function afterRequests(requests: { declared: bigint; settled: bigint }[]) {
  const number = routeNumberOf(route);
  let routeConduct: RouteConduct | undefined;
  let refusals = 0;
  let raised = 0;
  for (const { declared, settled } of requests) {
    const conduct: Conduct = {
      disputedNanoUsd: 0n,
      routes: new Map(routeConduct ? [[number, routeConduct]] : []),
    };
    if (refusalOf(conduct, route)) refusals += 1;
    const hold = raisedHold(conduct, route, declared);
    if (hold !== undefined && hold > declared) raised += 1;
    const isOverrun = farExcess(settled, declared) > 0n;
    if (!isOverrun && hold === undefined) continue;
    routeConduct = {
      declaredNanoUsd: (routeConduct?.declaredNanoUsd ?? 0n) + declared,
      settledNanoUsd: (routeConduct?.settledNanoUsd ?? 0n) + settled,
      settlements: (routeConduct?.settlements ?? 0) + 1,
      overruns: (routeConduct?.overruns ?? 0) + (isOverrun ? 1 : 0),
    };
  }
  return { refusals, raised };
}

test('a key whose holds are too low for one request in ten is never refused', () => {
  const honest = fc.record({
    declared: fc.bigInt({ min: 1_000_000n, max: NANO_PER_USD / 10n }),
    usual: fc.integer({ min: 20, max: 95 }),
    high: fc.integer({ min: 101, max: 300 }),
    place: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(honest, { minLength: 100, maxLength: 300 }), (draws) => {
      const requests = draws.map(({ declared, usual, high }, position) => {
        // One in every ten, at any position.
        const isHigh = position % 10 === draws[position - (position % 10)]?.place;
        const percent = BigInt(isHigh ? high : usual);
        return { declared, settled: (declared * percent) / 100n };
      });
      expect(afterRequests(requests).refusals).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('a key that always declares a tenth is refused after twenty overruns', () => {
  const requests = Array.from({ length: 30 }, () => ({
    declared: 2_000_000n,
    settled: 20_000_000n,
  }));
  expect(afterRequests(requests)).toMatchObject({ refusals: 10, raised: 29 });
});

test('a hold is raised in proportion, and by no more than one average settlement', () => {
  const watched = (more: Partial<RouteConduct>): Conduct => ({
    disputedNanoUsd: 0n,
    routes: new Map([
      [
        routeNumberOf(route),
        { declaredNanoUsd: 100n, settledNanoUsd: 400n, settlements: 2, overruns: 2, ...more },
      ],
    ]),
  });
  expect(raisedHold(watched({}), route, 10n)).toBe(40n);
  expect(raisedHold(watched({}), route, 1_000n)).toBe(1_200n);
  expect(raisedHold(watched({ settledNanoUsd: 140n }), route, 10n)).toBe(10n);
  expect(raisedHold(watched({ settledNanoUsd: 100n }), route, 10n)).toBeUndefined();
  expect(raisedHold(watched({ declaredNanoUsd: 0n }), route, 10n)).toBe(210n);
});
