import * as z from 'zod';
import { ALERT_KINDS } from '../domain/alerts/alert.ts';
import { ALERT_CHANNELS } from '../domain/alerts/alert-channel.ts';
import type { ChannelSetting } from '../domain/alerts/alert-preferences.ts';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { faultOfPublicUrl } from './public-address.ts';

const MAX_ADDRESSES = 10;

/** One address or several. */
const addresses = (address: z.ZodType<string, string>) =>
  z.union([
    address.transform((item) => [item]),
    z
      .array(address)
      .min(1, 'must contain at least one address')
      .max(MAX_ADDRESSES, `must have at most ${MAX_ADDRESSES} addresses`)
      .refine((all) => new Set(all).size === all.length, 'must not repeat an address'),
  ]);

const emailAddress = z
  .email('must be an e-mail address')
  .max(254)
  .meta({ example: 'ops@example.com' });
const phoneNumber = z
  .string()
  .regex(/^\+[1-9][0-9]{6,14}$/, 'must be a phone number in E.164 form, such as +491701234567')
  .meta({ example: '+491701234567' });

const publicUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const message = faultOfPublicUrl(text);
    if (message) context.addIssue({ code: 'custom', message });
  });
const slackUrl = publicUrl.refine(
  (text) => URL.parse(text)?.host === 'hooks.slack.com',
  'must be a Slack incoming webhook: https://hooks.slack.com/…',
);
const writeOnly = { writeOnly: true };

const filter = {
  minimumLevel: z.enum(LEVEL_NAMES).optional(),
  kinds: z
    .array(z.enum(ALERT_KINDS))
    .max(ALERT_KINDS.length)
    .refine((kinds) => kinds.length > 0, 'must contain at least one kind')
    .optional(),
};

/** A channel as callers configure it: just its name, or its addresses and filters. */
export const channelSetting = z.union([
  z.literal('email').transform((channel): ChannelSetting => ({ channel })),
  z.discriminatedUnion('channel', [
    z.strictObject({
      channel: z.literal('email'),
      to: addresses(emailAddress).optional().meta({
        description: 'Default: the subscribers of the alert topic',
      }),
      ...filter,
    }),
    z.strictObject({ channel: z.literal('sms'), to: addresses(phoneNumber), ...filter }),
    z.strictObject({
      channel: z.literal('webhook'),
      url: publicUrl.meta({ ...writeOnly, example: 'https://example.com/purser' }),
      secret: z
        .string()
        .regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable ASCII characters')
        .meta({ ...writeOnly, description: 'Key for the signature in x-purser-signature' }),
      ...filter,
    }),
    z.strictObject({ channel: z.literal('slack'), url: slackUrl.meta(writeOnly), ...filter }),
    z.strictObject({
      channel: z.literal('pagerduty'),
      routingKey: z
        .string()
        .regex(/^[A-Za-z0-9]{32}$/, "must be a service's integration key of 32 characters")
        .meta(writeOnly),
      ...filter,
    }),
  ]),
]);

/** A channel as responses show it. Secrets appear only as a host and a short fingerprint. */
export const channelView = z.union([
  z.literal('email'),
  z.object({
    channel: z.enum(ALERT_CHANNELS),
    ...filter,
    to: z.array(z.string()).optional(),
    host: z.string().optional(),
    secretFingerprint: z
      .string()
      .optional()
      .meta({ description: 'Changes when the address or the secret does' }),
  }),
]);
