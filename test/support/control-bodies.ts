import { example } from './example.ts';
import { thresholdsBody } from './level-bodies.ts';

/** Valid bodies of levels, controls and alerts. */
export const controlBodies = {
  putThresholds: [
    example(thresholdsBody, [
      'levels',
      'levels[0].name',
      'levels[0].action',
      'levels[0].amountUsd',
    ]),
  ],
  applyControl: [
    example(
      {
        scope: 'user',
        scopeId: 'ada',
        action: 'throttle',
        tier: 2,
        spares: 'high',
        reason: 'a loop',
        expiresAt: '2199-01-01T00:00:00Z',
      },
      ['scope', 'scopeId', 'action', 'tier', 'reason'],
    ),
  ],
  reverseControl: [example({ reason: 'known campaign' }, ['reason'])],
  putAlertPreferences: [
    example(
      {
        enabled: true,
        minimumLevel: 'critical',
        channels: [
          'email',
          { channel: 'email', to: ['ada@example.com'], minimumLevel: 'emergency' },
          { channel: 'sms', to: ['+491701234567'], kinds: ['threshold_crossed'] },
          { channel: 'webhook', url: 'https://example.com/purser', secret: 'a-secret-of-ours' },
          { channel: 'slack', url: 'https://hooks.slack.com/services/T0/B0/abc' },
          { channel: 'pagerduty', routingKey: 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4' },
        ],
        quietHours: {
          from: '22:00',
          to: '07:00',
          timeZone: 'Europe/Berlin',
          exceptLevel: 'emergency',
        },
        digest: { every: 'daily', maximumLevel: 'warning', hour: 8, timeZone: 'Europe/Berlin' },
      },
      [
        'channels[1].channel',
        'channels[2].to',
        'channels[3].url',
        'channels[3].secret',
        'channels[4].url',
        'channels[5].routingKey',
        'quietHours.from',
        'quietHours.to',
        'digest.every',
      ],
    ),
  ],
  sendTestAlert: [
    example({ scope: 'department', scopeId: 'research', channel: 'email' }, ['scope', 'scopeId']),
  ],
};
