import { createHash, createHmac } from 'node:crypto';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertTarget } from '../../domain/alerts/alert-channel.ts';
import { channelOf } from '../../domain/alerts/channels/channels.ts';
import type { Dispatch, Sender } from '../../domain/alerts/channels/definition.ts';
import type { Deployment } from '../../domain/letters/deployment.ts';
import type { EmailMessage } from '../../domain/letters/letter.ts';
import type { TopicMessage } from '../../domain/alerts/topic-message.ts';

/** Sends an alert to one address. Throws an error without secrets if the address rejects it. */
export type AlertSender = (target: AlertTarget, alert: Alert) => Promise<void>;

export type Post = { url: string; body: string; headers?: Record<string, string> };

/** The services that carry messages, and the deployment that sends them. */
export type WaysOut = {
  deployment: Deployment;
  topic: { publish(message: TopicMessage): Promise<void> };
  sendEmail(to: string, message: EmailMessage): Promise<void>;
  sendSms(to: string, text: string): Promise<void>;
  /** Succeeds on any answer from 200 to 299; throws otherwise. */
  post(post: Post): Promise<void>;
  now: () => number;
};

/** Renders alerts for their channel and sends them. */
export function createAlertSender(ways: WaysOut): AlertSender {
  const { environment, region } = ways.deployment;
  const from: Sender = {
    deployment: ways.deployment,
    idOf: (...parts) => digestOf(environment, region, ...parts),
  };
  return async (target, alert) => {
    const dispatch = channelOf(target.channel).render(alert, target, from);
    switch (dispatch.by) {
      case 'topic':
        return ways.topic.publish(dispatch.message);
      case 'email':
        return ways.sendEmail(dispatch.to, dispatch.message);
      case 'sms':
        return ways.sendSms(dispatch.to, dispatch.text);
      case 'post':
        return ways.post(postOf(dispatch, ways.now()));
    }
  };
}

/**
 * Signs the way Stripe signs webhooks: `v1` is the hex HMAC-SHA256 of the Unix time `t` in seconds,
 * a dot, and the body. Receivers should reject times more than a few minutes off.
 */
function postOf({ url, body, signed }: Extract<Dispatch, { by: 'post' }>, nowMs: number): Post {
  if (!signed) return { url, body };
  const time = Math.floor(nowMs / 1_000);
  const signature = createHmac('sha256', signed.secret).update(`${time}.${body}`).digest('hex');
  return {
    url,
    body,
    headers: {
      'x-purser-signature': `t=${time},v1=${signature}`,
      'x-purser-delivery': signed.deliveryId,
    },
  };
}

const digestOf = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
