import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import { MessageService } from '../messaging/message-service.ts';
import {
  type QueueDefinition,
  readQueues,
  readSubscriptions,
  readTopics,
} from '../messaging/messaging-definition.ts';

/** SQS and SNS. Their server also offers S3's objects (`object-service.ts`). */
export type MessagingService = LocalService & {
  endpoint: string;
  messages: MessageService;
  /** The template's queues, once it has been read. */
  queues(): readonly QueueDefinition[];
};

export async function openMessaging(world: LocalWorld): Promise<MessagingService> {
  const messages = await MessageService.start({
    dataDirectory: world.dataDirectory,
    inbox: world.inbox,
    now: () => world.clock.now(),
    invoke: (functionArn, event) => void deliver(world, functionArn, event),
  });
  let queues: readonly QueueDefinition[] = [];
  return {
    endpoint: messages.endpoint,
    messages,
    queues: () => queues,
    reads: (template) => {
      queues = readQueues(template);
      messages.create(queues, readTopics(template), readSubscriptions(template));
      // Functions register first, so any other ARN is a queue or a topic.
      world.receivers.push({
        accepts: () => true,
        receive: (arn, body, subject) => messages.send(arn, body, subject),
      });
      return undefined;
    },
    stop: () => messages.stop(),
  };
}
