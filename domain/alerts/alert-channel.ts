/** Ways by which alerts reach people. */
export const ALERT_CHANNELS = ['email', 'sms', 'webhook', 'slack', 'pagerduty'] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];

/** The address of e-mail without one: everybody who subscribed to the alert topic. */
export const SUBSCRIBERS = 'subscribers';

/**
 * Where one message goes. The address is an e-mail address or `SUBSCRIBERS`, a phone number, a URL,
 * or PagerDuty's routing key; those of webhooks, Slack and PagerDuty are secrets, as `secret` is.
 */
export type AlertTarget = {
  channel: AlertChannel;
  address: string;
  /** Signs what goes to a webhook. */
  secret?: string | undefined;
};
