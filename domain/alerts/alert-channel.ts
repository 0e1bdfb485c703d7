export const ALERT_CHANNELS = ['email', 'sms', 'webhook', 'slack', 'pagerduty'] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];

/** The address of e-mail without `to`: all subscribers of the alert topic. */
export const SUBSCRIBERS = 'subscribers';

/**
 * Where one message goes. The address is an e-mail address or `SUBSCRIBERS`, a phone number, a URL,
 * or a PagerDuty routing key. Treat it as a secret, like `secret`, for webhooks, Slack and
 * PagerDuty.
 */
export type AlertTarget = {
  channel: AlertChannel;
  address: string;
  /** Signs posts to a webhook. */
  secret?: string | undefined;
};
