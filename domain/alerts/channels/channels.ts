import type { AlertChannel } from '../alert-channel.ts';
import type { ChannelDefinition } from './definition.ts';
import { email, type EmailSetting } from './email.ts';
import { pagerduty, type PagerDutySetting } from './pagerduty.ts';
import { slack, type SlackSetting } from './slack.ts';
import { sms, type SmsSetting } from './sms.ts';
import { webhook, type WebhookSetting } from './webhook.ts';

/** What preferences store about one channel, apart from its filters. */
export type AddressSetting =
  EmailSetting | SmsSetting | WebhookSetting | SlackSetting | PagerDutySetting;

type Definitions = {
  [Name in AlertChannel]: ChannelDefinition<Extract<AddressSetting, { channel: Name }>>;
};
const CHANNELS: Definitions = { email, sms, webhook, slack, pagerduty };

/** The definition of a channel. It is given only settings and targets of that channel. */
export const channelOf = (name: AlertChannel): ChannelDefinition<AddressSetting> => CHANNELS[name];
