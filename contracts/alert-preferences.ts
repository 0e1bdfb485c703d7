import * as z from 'zod';
import { ALERT_CHANNELS } from '../domain/alerts/alert-channel.ts';
import {
  DEFAULT_ALERT_PREFERENCES,
  type DigestSetting,
  targetsOf,
} from '../domain/alerts/alert-preferences.ts';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { channelSetting, channelView } from './alert-channels.ts';
import { identifier, scope, timeZone } from './fields.ts';
import { defineRoute } from './route.ts';
import { scopePath } from './thresholds.ts';

const MAX_CHANNELS = 10;

const timeOfDay = z
  .string()
  .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time of day such as 22:00');

const quietHours = z
  .strictObject({
    from: timeOfDay,
    to: timeOfDay,
    timeZone: timeZone.default('UTC'),
    exceptLevel: z.enum(LEVEL_NAMES).default('emergency'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from `from`' })
  .meta({ id: 'QuietHours', description: 'Alerts below exceptLevel wait until quiet hours end' });

const digestObject = z.strictObject({
  every: z.enum(['hourly', 'daily']),
  maximumLevel: z.enum(LEVEL_NAMES).default('warning'),
  hour: z.int().min(0).max(23).default(8),
  timeZone: timeZone.default('UTC'),
});
const digest = z
  .union([
    z
      .enum(['none', 'hourly', 'daily'])
      .transform((every): DigestSetting | undefined =>
        every === 'none' ? undefined : digestObject.parse({ every }),
      ),
    digestObject,
  ])
  .meta({ id: 'Digest', description: 'Alerts up to maximumLevel are sent together' });

export const putAlertPreferencesBody = z
  .strictObject({
    enabled: z.boolean().default(DEFAULT_ALERT_PREFERENCES.enabled),
    minimumLevel: z.enum(LEVEL_NAMES).default(DEFAULT_ALERT_PREFERENCES.minimumLevel),
    channels: z
      .array(channelSetting)
      .min(1, 'must contain at least one channel; to turn alerts off, set enabled to false')
      .max(MAX_CHANNELS, `must have at most ${MAX_CHANNELS} channels`)
      .refine((channels) => {
        const targets = channels
          .flatMap(targetsOf)
          .map(({ channel, address }) => channel + address);
        return new Set(targets).size === targets.length;
      }, 'must not repeat a channel')
      .default(DEFAULT_ALERT_PREFERENCES.channels),
    quietHours: quietHours.optional(),
    digest: digest.optional(),
  })
  .meta({ id: 'AlertPreferencesInput' });

export const alertPreferencesView = z
  .object({
    scope,
    scopeId: z.string(),
    source: z.enum(['scope', 'organization', 'builtin']),
    enabled: z.boolean(),
    minimumLevel: z.enum(LEVEL_NAMES),
    channels: z.array(channelView),
    quietHours: quietHours.optional(),
    digest: digestObject.optional(),
  })
  .meta({ id: 'AlertPreferences' });

export const testAlertBody = z
  .strictObject({ scope, scopeId: identifier, channel: z.enum(ALERT_CHANNELS).optional() })
  .meta({ id: 'TestAlertInput' });

export const alertPreferenceRoutes = {
  getAlertPreferences: defineRoute({
    method: 'GET',
    path: '/v1/alerts/preferences/{scope}/{scopeId}',
    summary: 'Which alerts about a scope are sent',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The preferences in force', schema: alertPreferencesView } },
  }),
  putAlertPreferences: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/alerts/preferences/{scope}/{scopeId}',
    summary:
      "Choose which alerts about a scope are sent; scopes without preferences use the organization's",
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    body: putAlertPreferencesBody,
    problems: ['not-found'],
    responses: {
      200: { description: 'The preferences in force now', schema: alertPreferencesView },
    },
  }),
  sendTestAlert: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/alerts/test',
    summary:
      'Send a test alert through the channels of a scope, ignoring filters and quiet hours; each key sends once',
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'body' },
    body: testAlertBody,
    problems: ['not-found', 'too-many-requests'],
    responses: {
      202: {
        description: 'The test alert is queued',
        schema: z
          .object({ dedupKey: z.string(), channels: z.array(z.enum(ALERT_CHANNELS)) })
          .meta({ id: 'TestAlert' }),
      },
    },
  }),
};
