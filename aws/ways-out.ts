import { createAlertTopic } from './alert-topic.ts';
import { createEmail } from './email.ts';
import { ownRegion } from './environment.ts';
import { createPublicPost } from './public-post.ts';
import { createTextMessages } from './text-messages.ts';

type Settings = { topicArn: string; sender: string; environment: string };

/** Every service that delivers alerts: the topic, email, text messages and HTTP posts. */
export const createWaysOut = ({ topicArn, sender, environment }: Settings) => ({
  deployment: { environment, region: ownRegion() },
  ...createEmail(sender),
  ...createTextMessages(),
  ...createPublicPost(),
  topic: createAlertTopic(topicArn),
});
