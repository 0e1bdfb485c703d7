import type { Alert } from '../alert.ts';
import type { AlertTarget } from '../alert-channel.ts';
import type { Deployment } from '../../letters/deployment.ts';
import type { EmailMessage } from '../../letters/letter.ts';
import type { TopicMessage } from '../topic-message.ts';

/** One message, ready for the service that carries it. `services/alerts/send-alert.ts` sends it. */
export type Dispatch =
  | { by: 'topic'; message: TopicMessage }
  | { by: 'email'; to: string; message: EmailMessage }
  | { by: 'sms'; to: string; text: string }
  /** `signed` adds an HMAC signature and the delivery id as headers. */
  | { by: 'post'; url: string; body: string; signed?: { secret: string; deliveryId: string } };

/** What a response may show of a setting; `secrets` appear only as a fingerprint. */
export type ShownSetting = { to?: string[]; host?: string; secrets?: string[] };

/** Who sends: a deployment, and how it identifies what it sends. */
export type Sender = {
  deployment: Deployment;
  /** Hashes the deployment and parts to a short id, the same for the same parts. */
  idOf: (...parts: string[]) => string;
};

/** Everything that Purser knows about one alert channel. `Setting` is what preferences store. */
export type ChannelDefinition<Setting> = {
  /** Every address that a setting names. */
  targets(setting: Setting): AlertTarget[];
  shows(setting: Setting): ShownSetting;
  render(alert: Alert, target: AlertTarget, from: Sender): Dispatch;
  /** `people` get a limited number of messages an hour; `programs` get every alert. */
  readBy: 'people' | 'programs';
  /** A pager never waits for quiet hours or digests, and hears of the end of every control. */
  isPager?: true;
};
