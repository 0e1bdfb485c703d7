import { createAlertTopic } from './alert-topic.ts';
import { createEmail } from './email.ts';
import { createPublicPost } from './public-post.ts';
import { createTextMessages } from './text-messages.ts';

/** Every way on which alerts reach people: the topic, e-mail, text messages and HTTP posts. */
export const createWaysOut = ({ topicArn, sender }: { topicArn: string; sender: string }) => ({
  ...createEmail(sender),
  ...createTextMessages(),
  ...createPublicPost(),
  topic: createAlertTopic(topicArn),
});
