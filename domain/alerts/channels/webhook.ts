import { webhookEventOf } from '../webhook-event.ts';
import type { ChannelDefinition } from './definition.ts';

/** A public https URL, and the secret that signs each post. */
export type WebhookSetting = { channel: 'webhook'; url: string; secret: string };

export const webhook: ChannelDefinition<WebhookSetting> = {
  targets: ({ channel, url, secret }) => [{ channel, address: url, secret }],
  shows: ({ url, secret }) => ({ host: new URL(url).host, secrets: [url, secret] }),
  render: (alert, { address, secret = '' }, { deployment, idOf }) => {
    const deliveryId = idOf(alert.organizationId, alert.dedupKey, address);
    return {
      by: 'post',
      url: address,
      body: JSON.stringify(webhookEventOf(alert, deliveryId, deployment)),
      signed: { secret, deliveryId },
    };
  },
  readBy: 'programs',
};
