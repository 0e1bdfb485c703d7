import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import type { AlertPreferences } from '../../../domain/alerts/alert-preferences.ts';
import { routeAlert } from '../../../domain/alerts/route-alert.ts';
import { alertWith, NOON_MS, preferencesWith } from '../../support/alerts.ts';

const slack = { channel: 'slack', url: 'https://hooks.slack.com/services/x' } as const;
const pager = { channel: 'pagerduty', routingKey: 'key' } as const;
const sms = { channel: 'sms', to: ['+491701234567', '+491707654321'] } as const;

/** An alert's routes, as `channel address`, with the delivery time if it must wait. */
function routesOf(
  alert: Partial<Alert>,
  preferences: Partial<AlertPreferences>,
  nowMs = NOON_MS,
): string[] {
  return routeAlert(alertWith(alert), preferencesWith(preferences), nowMs).map(
    ({ target, when }) =>
      `${target.channel} ${target.address}` +
      (when === 'now' ? '' : ` at ${new Date(when.digestAtMs).toISOString()}`),
  );
}

describe('an alert goes', () => {
  test("to the topic's subscribers when nobody chose anything", () => {
    expect(routesOf({}, {})).toEqual(['email subscribers']);
  });

  test('to every address of every channel', () => {
    const channels = [
      { channel: 'email' as const, to: ['ada@example.com'] },
      { ...sms, to: [...sms.to] },
      { channel: 'webhook' as const, url: 'https://example.com/hook', secret: 'secret' },
      slack,
      pager,
    ];
    expect(routesOf({}, { channels })).toEqual([
      'email ada@example.com',
      'sms +491701234567',
      'sms +491707654321',
      'webhook https://example.com/hook',
      'slack https://hooks.slack.com/services/x',
      'pagerduty key',
    ]);
    const routes = routeAlert(alertWith(), preferencesWith({ channels }), 0);
    expect(routes.map(({ target }) => target.secret).filter(Boolean)).toEqual(['secret']);
  });

  test('once to an address that two settings name', () => {
    const channels = [
      { channel: 'email' as const, to: ['ada@example.com'], kinds: ['threshold_crossed' as const] },
      { channel: 'email' as const, to: ['ada@example.com', 'eve@example.com'] },
    ];
    expect(routesOf({}, { channels })).toEqual(['email ada@example.com', 'email eve@example.com']);
  });

  test('nowhere when it is milder than wanted, or nothing is wanted', () => {
    expect(routesOf({ severity: 'warning' }, { minimumLevel: 'critical' })).toEqual([]);
    expect(routesOf({ severity: 'critical' }, { minimumLevel: 'critical' })).toHaveLength(1);
    expect(routesOf({ severity: 'emergency' }, { enabled: false })).toEqual([]);
  });

  test.each([
    ['warning', ['email subscribers']],
    ['critical', ['email subscribers', 'slack https://hooks.slack.com/services/x']],
    [
      'emergency',
      ['email subscribers', 'slack https://hooks.slack.com/services/x', 'pagerduty key'],
    ],
  ] as const)('by the channels that its severity is for: %s', (severity, expected) => {
    const channels = [
      { channel: 'email' as const },
      { ...slack, minimumLevel: 'critical' as const },
      { ...pager, minimumLevel: 'emergency' as const },
    ];
    expect(routesOf({ severity }, { channels })).toEqual(expected);
  });

  test('by the channels that want its kind', () => {
    const channels = [
      { channel: 'email' as const },
      { ...pager, kinds: ['control_applied' as const, 'control_ended' as const] },
    ];
    expect(routesOf({ kind: 'control_ended' }, { channels })).toEqual([
      'email subscribers',
      'pagerduty key',
    ]);
    expect(routesOf({ kind: 'threshold_crossed' }, { channels })).toEqual(['email subscribers']);
  });

  test('to a pager whenever it ends, since it may have been worse when it began', () => {
    const channels = [
      { channel: 'email' as const },
      { ...pager, minimumLevel: 'emergency' as const },
    ];
    const ended = { kind: 'control_ended', severity: 'warning' } as const;
    expect(routesOf(ended, { channels })).toEqual(['email subscribers', 'pagerduty key']);
    expect(routesOf({ ...ended, kind: 'control_applied' }, { channels })).toEqual([
      'email subscribers',
    ]);
    expect(routesOf({ ...ended, severity: 'emergency' }, { channels })).toHaveLength(2);
    expect(routesOf(ended, { channels, enabled: false })).toEqual([]);
  });

  test('by one channel only, when it says so', () => {
    const channels = [{ channel: 'email' as const }, slack];
    expect(routesOf({ onlyChannel: 'slack' }, { channels })).toHaveLength(1);
    expect(routesOf({ onlyChannel: 'sms' }, { channels })).toEqual([]);
  });

  test('everywhere and at once when it is a test', () => {
    const preferences: Partial<AlertPreferences> = {
      enabled: false,
      minimumLevel: 'emergency',
      channels: [{ channel: 'email' }, { ...slack, kinds: ['control_applied'] }],
      quietHours: { from: '00:00', to: '23:59', timeZone: 'UTC', exceptLevel: 'emergency' },
      digest: { every: 'daily', maximumLevel: 'emergency', hour: 8, timeZone: 'UTC' },
    };
    expect(routesOf({ kind: 'test', severity: 'warning' }, preferences)).toEqual([
      'email subscribers',
      'slack https://hooks.slack.com/services/x',
    ]);
  });
});

describe('in quiet hours', () => {
  const night = {
    from: '22:00',
    to: '07:00',
    timeZone: 'Europe/Berlin',
    exceptLevel: 'emergency',
  } as const;
  const at = (instant: string, changes: Partial<Alert> = {}, quietHours = night) =>
    routesOf(changes, { quietHours }, Date.parse(instant))[0];

  test.each([
    // Berlin is an hour ahead of UTC in winter, two in summer.
    ['2026-11-21T20:59:59Z', 'email subscribers'],
    ['2026-11-21T21:00:00Z', 'email subscribers at 2026-11-22T06:00:00.000Z'],
    ['2026-11-21T23:30:00Z', 'email subscribers at 2026-11-22T06:00:00.000Z'],
    ['2026-11-22T05:59:59Z', 'email subscribers at 2026-11-22T06:00:00.000Z'],
    ['2026-11-22T06:00:00Z', 'email subscribers'],
    ['2026-07-01T20:00:00Z', 'email subscribers at 2026-07-02T05:00:00.000Z'],
    // Nights when the clocks change.
    ['2026-03-28T22:00:00Z', 'email subscribers at 2026-03-29T05:00:00.000Z'],
    ['2026-10-24T21:00:00Z', 'email subscribers at 2026-10-25T06:00:00.000Z'],
  ])('across midnight, an alert of %s goes to %s', (instant, expected) => {
    expect(at(instant)).toBe(expected);
  });

  test('that end at a time the clocks leap over, it goes when they do', () => {
    const quiet = { ...night, to: '02:30' } as unknown as typeof night;
    expect(at('2026-03-28T23:00:00Z', {}, quiet)).toBe(
      'email subscribers at 2026-03-29T01:00:00.000Z',
    );
  });

  test.each([
    ['2026-10-25T00:10:00Z', 'email subscribers at 2026-10-25T00:30:00.000Z'],
    ['2026-10-25T00:30:00Z', 'email subscribers'],
    // 02:10 for the second time that night.
    ['2026-10-25T01:10:00Z', 'email subscribers'],
    ['2026-10-25T21:00:00Z', 'email subscribers at 2026-10-26T01:30:00.000Z'],
  ])('that end at a time the clocks show twice, an alert of %s goes to %s', (instant, expected) => {
    const quiet = { ...night, to: '02:30' } as unknown as typeof night;
    expect(at(instant, {}, quiet)).toBe(expected);
  });

  test('within one day, it waits until they end', () => {
    const lunch = {
      ...night,
      from: '12:00',
      to: '13:30',
      timeZone: 'UTC',
    } as unknown as typeof night;
    expect(at('2026-11-21T11:59:00Z', {}, lunch)).toBe('email subscribers');
    expect(at('2026-11-21T12:00:00Z', {}, lunch)).toBe(
      'email subscribers at 2026-11-21T13:30:00.000Z',
    );
    expect(at('2026-11-21T13:30:00Z', {}, lunch)).toBe('email subscribers');
  });

  test('what is severe enough wakes people', () => {
    expect(at('2026-11-21T23:30:00Z', { severity: 'emergency' })).toBe('email subscribers');
  });

  test('pagers are told: they keep schedules of their own', () => {
    const preferences = { channels: [pager], quietHours: night };
    expect(routesOf({}, preferences, Date.parse('2026-11-21T23:30:00Z'))).toEqual([
      'pagerduty key',
    ]);
  });
});

describe('a digest', () => {
  const daily = {
    every: 'daily',
    maximumLevel: 'warning',
    hour: 8,
    timeZone: 'Asia/Kolkata',
  } as const;

  test('takes what is mild, until its hour in its time zone', () => {
    const preferences = { digest: daily };
    expect(routesOf({ severity: 'warning' }, preferences)).toEqual([
      'email subscribers at 2026-11-22T02:30:00.000Z',
    ]);
    expect(routesOf({ severity: 'critical' }, preferences)).toEqual(['email subscribers']);
    const early = Date.parse('2026-11-21T02:29:59Z');
    expect(routesOf({ severity: 'warning' }, preferences, early)).toEqual([
      'email subscribers at 2026-11-21T02:30:00.000Z',
    ]);
  });

  test('goes once in a day whose clocks show its hour twice', () => {
    const digest = { ...daily, hour: 1, timeZone: 'America/New_York' };
    const routes = (instant: string) =>
      routesOf({ severity: 'warning' }, { digest }, Date.parse(instant));
    expect(routes('2026-11-01T04:59:59Z')).toEqual([
      'email subscribers at 2026-11-01T05:00:00.000Z',
    ]);
    expect(routes('2026-11-01T05:00:00Z')).toEqual([
      'email subscribers at 2026-11-02T06:00:00.000Z',
    ]);
  });

  test('of every hour goes at the next full hour', () => {
    const digest = { ...daily, every: 'hourly', maximumLevel: 'critical' } as const;
    expect(routesOf({}, { digest })).toEqual(['email subscribers at 2026-11-21T13:00:00.000Z']);
  });

  test('that falls in quiet hours waits for their end', () => {
    const quietHours = {
      from: '07:00',
      to: '10:00',
      timeZone: 'Asia/Kolkata',
      exceptLevel: 'emergency',
    } as const;
    expect(routesOf({ severity: 'warning' }, { digest: daily, quietHours })).toEqual([
      'email subscribers at 2026-11-22T04:30:00.000Z',
    ]);
  });
});
