import { createHash, createHmac } from 'node:crypto';
import type { Alert } from '../../domain/alerts/alert.ts';
import { type AlertTarget, SUBSCRIBERS } from '../../domain/alerts/alert-channel.ts';
import { type EmailMessage, emailMessageOf } from '../../domain/alerts/email-message.ts';
import { PAGERDUTY_URL, pagerDutyEventOf } from '../../domain/alerts/pagerduty-event.ts';
import { slackMessageOf } from '../../domain/alerts/slack-message.ts';
import { smsTextOf } from '../../domain/alerts/sms-text.ts';
import { webhookEventOf } from '../../domain/alerts/webhook-event.ts';

/** Sends an alert to one address; throws an error without secrets when it was not taken. */
export type AlertSender = (target: AlertTarget, alert: Alert) => Promise<void>;

export type Post = { url: string; body: string; headers?: Record<string, string> };

/** The ways out of Purser, none of which knows what an alert is but the topic. */
export type WaysOut = {
  topic: { publish(alert: Alert): Promise<void> };
  sendEmail(to: string, message: EmailMessage): Promise<void>;
  sendSms(to: string, text: string): Promise<void>;
  /** Takes any answer from 200 to 299 as taken; throws otherwise. */
  post(post: Post): Promise<void>;
  now: () => number;
};

/** Puts alerts into the words of each channel and sends them. */
export function createAlertSender(ways: WaysOut): AlertSender {
  return async (target, alert) => {
    const { channel, address } = target;
    switch (channel) {
      case 'email':
        if (address === SUBSCRIBERS) return ways.topic.publish(alert);
        return ways.sendEmail(address, emailMessageOf(alert));
      case 'sms':
        return ways.sendSms(address, smsTextOf(alert));
      case 'webhook':
        return ways.post(signedPost(target, alert, ways.now()));
      case 'slack':
        return ways.post({ url: address, body: JSON.stringify(slackMessageOf(alert)) });
      case 'pagerduty': {
        const incidentId = digestOf(alert.organizationId, alert.incidentKey ?? alert.dedupKey);
        const event = pagerDutyEventOf(alert, address, incidentId);
        return ways.post({ url: PAGERDUTY_URL, body: JSON.stringify(event) });
      }
    }
  };
}

/**
 * Signed as Stripe signs its webhooks: `v1` is the HMAC-SHA256, in hex, of the Unix time `t` in
 * seconds, a dot and the body. Receivers should refuse times that are minutes away from their own.
 */
function signedPost({ address, secret = '' }: AlertTarget, alert: Alert, nowMs: number): Post {
  const deliveryId = digestOf(alert.organizationId, alert.dedupKey, address);
  const body = JSON.stringify(webhookEventOf(alert, deliveryId));
  const time = Math.floor(nowMs / 1_000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return {
    url: address,
    body,
    headers: { 'x-purser-signature': `t=${time},v1=${signature}`, 'x-purser-delivery': deliveryId },
  };
}

const digestOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
