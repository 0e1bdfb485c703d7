import { smsTextOf } from '../sms-text.ts';
import type { ChannelDefinition } from './definition.ts';

/** Phone numbers in E.164 form. */
export type SmsSetting = { channel: 'sms'; to: string[] };

export const sms: ChannelDefinition<SmsSetting> = {
  targets: ({ channel, to }) => to.map((address) => ({ channel, address })),
  shows: ({ to }) => ({ to }),
  render: (alert, { address }, { deployment }) => ({
    by: 'sms',
    to: address,
    text: smsTextOf(alert, deployment),
  }),
  readBy: 'people',
};
