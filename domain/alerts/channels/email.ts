import { SUBSCRIBERS } from '../alert-channel.ts';
import { emailMessageOf } from '../email-message.ts';
import { topicMessageOf } from '../topic-message.ts';
import type { ChannelDefinition } from './definition.ts';

/** Without `to`, the subscribers of the alert topic. */
export type EmailSetting = { channel: 'email'; to?: string[] | undefined };

export const email: ChannelDefinition<EmailSetting> = {
  targets: ({ channel, to = [SUBSCRIBERS] }) => to.map((address) => ({ channel, address })),
  shows: ({ to }) => (to ? { to } : {}),
  render: (alert, { address }, { deployment }) =>
    address === SUBSCRIBERS
      ? { by: 'topic', message: topicMessageOf(alert, deployment) }
      : { by: 'email', to: address, message: emailMessageOf(alert, deployment) },
  readBy: 'people',
};
