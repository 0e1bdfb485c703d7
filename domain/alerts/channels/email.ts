import { SUBSCRIBERS } from '../alert-channel.ts';
import { emailMessageOf } from '../email-message.ts';
import type { ChannelDefinition } from './definition.ts';

/** Without `to`, the subscribers of the alert topic. */
export type EmailSetting = { channel: 'email'; to?: string[] | undefined };

export const email: ChannelDefinition<EmailSetting> = {
  targets: ({ channel, to = [SUBSCRIBERS] }) => to.map((address) => ({ channel, address })),
  shows: ({ to }) => (to ? { to } : {}),
  render: (alert, { address }) =>
    address === SUBSCRIBERS
      ? { by: 'topic' }
      : { by: 'email', to: address, message: emailMessageOf(alert) },
  readBy: 'people',
};
