/** Ways by which alerts reach people. */
export const ALERT_CHANNELS = ['email', 'sms', 'webhook', 'slack', 'pagerduty'] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];
