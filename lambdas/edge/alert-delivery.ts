import { createAlertTopic } from '../../aws/alert-topic.ts';
import { createEmail } from '../../aws/email.ts';
import { createPublicPost } from '../../aws/public-post.ts';
import { createTextMessages } from '../../aws/text-messages.ts';
import type { DeliveryDeps } from '../../services/alerts/deliver-alert.ts';
import { createAlertSender } from '../../services/alerts/send-alert.ts';
import { createAlertAllowanceStore } from '../../tables/alert-allowances.ts';
import { createAlertDeliveryStore } from '../../tables/alert-deliveries.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { openStore } from './open-store.ts';
import { edge } from './runtime.ts';

type Settings = {
  PURSER_TABLE_PREFIX: string;
  PURSER_ALERT_TOPIC_ARN: string;
  PURSER_ALERT_SENDER: string;
};

/** Everything with which alerts are taken to people. */
export function openAlertDelivery(settings: Settings): DeliveryDeps {
  const db = openStore(settings.PURSER_TABLE_PREFIX);
  return {
    ...edge,
    preferences: createAlertingConfigStore(db),
    deliveries: createAlertDeliveryStore(db),
    allowances: createAlertAllowanceStore(db),
    send: createAlertSender({
      ...createEmail(settings.PURSER_ALERT_SENDER),
      ...createTextMessages(),
      ...createPublicPost(),
      topic: createAlertTopic(settings.PURSER_ALERT_TOPIC_ARN),
      now: edge.now,
    }),
  };
}
