import { createAlertTopic } from './alert-topic.ts';
import { createEmail } from './email.ts';
import { createPublicPost } from './public-post.ts';
import { createTextMessages } from './text-messages.ts';

/** Every service that delivers alerts: the topic, email, text messages and HTTP posts. */
export const createWaysOut = ({ topicArn, sender }: { topicArn: string; sender: string }) => ({
  ...createEmail(sender),
  ...createTextMessages(),
  ...createPublicPost(),
  topic: createAlertTopic(topicArn),
});
