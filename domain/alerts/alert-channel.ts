/** The channels through which alerts reach people. */
export const ALERT_CHANNELS = ['email', 'sms', 'webhook', 'slack', 'pagerduty'] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];

/** The address of e-mail without `to`: all subscribers of the alert topic. */
export const SUBSCRIBERS = 'subscribers';

/**
 * Where one message goes. The address is an e-mail address or `SUBSCRIBERS`, a phone number, a URL,
 * or a PagerDuty routing key. For webhooks, Slack and PagerDuty it is a secret, like `secret`.
 */
export type AlertTarget = {
  channel: AlertChannel;
  address: string;
  /** Signs the posts to a webhook. */
  secret?: string | undefined;
};
