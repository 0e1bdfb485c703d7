import { describe, expect, it } from 'vitest';
import { headerWish, routeWish } from '../../../domain/caching/cache-wish.ts';

const ON = { lifeSeconds: 3_600, takesTools: false, takesDefaultTemperature: true };

describe('the header x-purser-cache', () => {
  it.each([
    ['on', ON],
    ['off', 'off'],
    ['on; max-age=600', { ...ON, lifeSeconds: 600 }],
    ['on;max-age=1 ; tools', { ...ON, lifeSeconds: 1, takesTools: true }],
    ['on; tools', { ...ON, takesTools: true }],
  ])('understands %j', (text, wish) => {
    expect(headerWish(text)).toEqual({ ok: true, wish });
  });

  it.each([
    '',
    'yes',
    'ON',
    'on, max-age=5',
    'on; max-age',
    'on; max-age=-1',
    'on; max-age=0',
    'on; max-age=604801',
    'on; max-age=9999999999',
    'on; max-age=1e3',
    'on;',
    'off; tools',
    'on; shared',
    'on; tools=1',
  ])('refuses %j and says what it may be', (text) => {
    expect(headerWish(text)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/must be/),
    });
  });
});

describe('a route that is cached', () => {
  const routes = [
    { system: 'desk', lifeSeconds: 60 },
    { system: 'desk', operation: 'tag', takesDefaultTemperature: true },
    { system: 'other', operation: 'tag' },
  ];

  it('is the one of the operation, else the one of the system', () => {
    expect(routeWish(routes, { system: 'desk', operation: 'tag' })).toEqual(ON);
    expect(routeWish(routes, { system: 'desk', operation: 'sum' })).toMatchObject({
      lifeSeconds: 60,
      takesDefaultTemperature: false,
      takesTools: false,
    });
    expect(routeWish(routes, { system: 'desk' })?.lifeSeconds).toBe(60);
    expect(routeWish(routes, { system: 'other' })).toBeUndefined();
    expect(routeWish(routes, { system: 'third', operation: 'tag' })).toBeUndefined();
  });
});
