import { describe, expect, test } from 'vitest';
import { isLive, routeHistories } from '../../../domain/advice/route-history.ts';
import { daily, request, samplesOf } from '../../support/advice-requests.ts';

/** Whether a route is live that had requests on these of 14 days; another has some every day. */
function isLiveWith(active: readonly number[]): boolean | undefined {
  const others = daily(1, 1, (atMs) => request(atMs, { system: 'other' }));
  const own = others
    .filter((_item, day) => active.includes(day))
    .map(({ atMs }) => request(atMs + 1, { system: 'own' }));
  const history = routeHistories(samplesOf([...others, ...own])).find(
    ({ route }) => route.system === 'own',
  );
  return history && isLive(history);
}

const EVERY_DAY = Array.from({ length: 14 }, (_, day) => day);

describe('a route', () => {
  test('of every day has stopped after two days without requests', () => {
    expect(isLiveWith(EVERY_DAY.slice(0, 13))).toBe(true);
    expect(isLiveWith(EVERY_DAY.slice(0, 12))).toBe(false);
  });

  test('that rests for days again and again is live while it rests no longer', () => {
    expect(isLiveWith([0, 4, 8, 10])).toBe(true);
    expect(isLiveWith([0, 4, 8])).toBe(false);
  });

  test('has no rhythm after one long rest', () => {
    expect(isLiveWith([0, 1, 8, 9])).toBe(false);
  });
});
