import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import { MessageService } from '../messaging/message-service.ts';
import {
  type QueueDefinition,
  readQueues,
  readSubscriptions,
  readTopics,
} from '../messaging/messaging-definition.ts';
import { type BucketDefinition, readBuckets } from '../objects/bucket-definition.ts';

/** SQS, SNS and S3, which share one server. */
export type MessagingService = LocalService & {
  endpoint: string;
  messages: MessageService;
  /** The template's queues, once it has been read. */
  queues(): readonly QueueDefinition[];
  /** Deletes objects whose lifecycle has ended. */
  expireObjects(): void;
};

const EXPIRY_MS = 60_000;

export async function openMessaging(world: LocalWorld): Promise<MessagingService> {
  const messages = await MessageService.start({
    dataDirectory: world.dataDirectory,
    inbox: world.inbox,
    now: () => world.clock.now(),
    invoke: (functionArn, event) => void deliver(world, functionArn, event),
  });
  let queues: readonly QueueDefinition[] = [];
  let buckets: readonly BucketDefinition[] = [];
  let timer: NodeJS.Timeout | undefined;
  const expireObjects = (): void => messages.expireObjects(buckets);
  return {
    endpoint: messages.endpoint,
    messages,
    queues: () => queues,
    expireObjects,
    reads: (template) => {
      queues = readQueues(template);
      buckets = readBuckets(template);
      messages.create(queues, readTopics(template), readSubscriptions(template), buckets);
      // Functions register first, so any other ARN is a queue or a topic.
      world.receivers.push({
        accepts: () => true,
        receive: (arn, body, subject) => messages.send(arn, body, subject),
      });
      return undefined;
    },
    start: () => {
      timer = setInterval(expireObjects, EXPIRY_MS);
    },
    stop: () => {
      clearInterval(timer);
      return messages.stop();
    },
  };
}
