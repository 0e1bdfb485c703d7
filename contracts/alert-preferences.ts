import * as z from 'zod';
import type { AlertChannel } from '../domain/alerts/alert-channel.ts';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { scope } from './fields.ts';
import { defineRoute } from './route.ts';
import { scopePath } from './thresholds.ts';

const CHANNELS = ['email'] as const satisfies AlertChannel[];

export const putAlertPreferencesBody = z
  .strictObject({
    enabled: z.boolean().default(true),
    minimumLevel: z.enum(LEVEL_NAMES).default('warning'),
    channels: z
      .array(z.enum(CHANNELS))
      .min(1, 'must name a channel; to be left alone set enabled to false')
      .refine((channels) => new Set(channels).size === channels.length, 'must not repeat a channel')
      .default(['email']),
  })
  .meta({ id: 'AlertPreferencesInput' });

export const alertPreferencesView = z
  .object({
    scope,
    scopeId: z.string(),
    source: z.enum(['scope', 'organization', 'builtin']),
    enabled: z.boolean(),
    minimumLevel: z.enum(LEVEL_NAMES),
    channels: z.array(z.enum(CHANNELS)),
  })
  .meta({ id: 'AlertPreferences' });

export const alertPreferenceRoutes = {
  getAlertPreferences: defineRoute({
    method: 'GET',
    path: '/v1/alerts/preferences/{scope}/{scopeId}',
    summary: 'Which alerts about a scope are sent',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    params: scopePath,
    responses: { 200: { description: 'The preferences in force', schema: alertPreferencesView } },
  }),
  putAlertPreferences: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/alerts/preferences/{scope}/{scopeId}',
    summary:
      "Choose which alerts about a scope are sent; the organization's hold for scopes without any",
    roles: ['operator', 'admin'],
    params: scopePath,
    body: putAlertPreferencesBody,
    responses: {
      200: { description: 'The preferences in force now', schema: alertPreferencesView },
    },
  }),
};
