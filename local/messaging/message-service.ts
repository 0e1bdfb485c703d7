import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localCredentials, region } from '../template/resource-identity.ts';
import { createBroker } from '../broker/fauxqs-broker.ts';
import type {
  Broker,
  MessageAttributes,
  ObjectStore,
  Queue,
  TopicStore,
} from '../broker/fauxqs-broker.ts';
import type { Inbox } from './inbox.ts';
import type {
  QueueDefinition,
  SubscriptionDefinition,
  TopicDefinition,
} from './messaging-definition.ts';
import { readPublications } from './publications.ts';
import { guardObjects } from '../objects/buckets.ts';
import type { Publication } from './publications.ts';
import { serveTextMessages } from './text-messages.ts';

export type MessageServiceOptions = {
  dataDirectory: string;
  inbox: Inbox;
  /** Milliseconds on the shifted clock. */
  now: () => number;
  /** Delivers a topic's message to a subscribed function. */
  invoke: (functionArn: string, event: string) => void;
};

/**
 * The application's queues and topics: over HTTP for functions, in process for the local run itself.
 */
export class MessageService {
  readonly endpoint: string;
  private readonly broker: Broker;
  private readonly options: MessageServiceOptions;

  private constructor(endpoint: string, broker: Broker, options: MessageServiceOptions) {
    this.endpoint = endpoint;
    this.broker = broker;
    this.options = options;
  }

  /** Loads the state of earlier runs and listens on a free port of 127.0.0.1. */
  static async start(options: MessageServiceOptions): Promise<MessageService> {
    const directory = join(options.dataDirectory, 'messaging');
    mkdirSync(directory, { recursive: true });
    const broker = await createBroker(directory);
    const deliver: { to?: MessageService } = {};
    broker.application.addHook('onSend', (request, reply, payload, done) => {
      if (reply.statusCode === 200 && typeof payload === 'string') {
        for (const publication of readPublications(request.body, payload)) {
          deliver.to?.deliverOutside(publication);
        }
      }
      done(null, payload);
    });
    serveTextMessages(broker, options);
    guardObjects(broker, localCredentials.secretAccessKey, options.now);
    const endpoint = await broker.application.listen({ port: 0, host: '127.0.0.1' });
    const service = new MessageService(endpoint, broker, options);
    deliver.to = service;
    return service;
  }

  /**
   * Creates resources that the template names and that do not exist yet. Existing ones keep their
   * messages.
   */
  create(
    queues: readonly QueueDefinition[],
    topics: readonly TopicDefinition[],
    subscriptions: readonly SubscriptionDefinition[],
  ): void {
    for (const queue of queues) {
      const existing = this.broker.queues.getQueueByArn(queue.arn);
      if (existing === undefined) {
        const { name, url, arn, attributes } = queue;
        this.broker.queues.createQueue(name, url, arn, { ...attributes });
      } else existing.setAttributes({ ...queue.attributes });
    }
    for (const topic of topics) {
      if (this.broker.topics.getTopic(topic.arn) === undefined) {
        this.broker.topics.createTopic(topic.name, { ...topic.attributes }, undefined, region);
      }
    }
    for (const topic of topics) {
      const matching = subscriptions.filter(({ topicArn }) => topicArn === topic.arn);
      replaceSubscriptions(this.broker.topics, topic.arn, matching);
    }
  }

  /** The buckets and what they hold, which the same server offers. */
  get objects(): ObjectStore {
    return this.broker.objects;
  }

  queue(arn: string): Queue | undefined {
    return this.broker.queues.getQueueByArn(arn);
  }

  /** Takes up to `count` messages from a queue, like ReceiveMessage. */
  receive(queue: Queue, count: number): ReturnType<Queue['dequeue']> {
    return queue.dequeue(count, undefined, (arn) => this.queue(arn));
  }

  /** Sends a message to a queue or topic by ARN. Returns whether it exists. */
  async send(arn: string, body: string, subject?: string): Promise<boolean> {
    const queue = this.queue(arn);
    if (queue !== undefined) {
      queue.enqueue(this.broker.createMessage(body));
      return true;
    }
    const form = new URLSearchParams({
      Action: 'Publish',
      TopicArn: arn,
      Message: body,
      ...(subject !== undefined && { Subject: subject }),
    });
    const answer = await this.broker.application.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: form.toString(),
    });
    return answer.statusCode === 200;
  }

  stop(): Promise<void> {
    return this.broker.stop();
  }

  /** Delivers a published message to subscribers that the broker itself does not serve. */
  private deliverOutside(publication: Publication): void {
    const topic = this.broker.topics.getTopic(publication.topicArn);
    if (topic === undefined) return;
    const subscriptions = topic.subscriptionArns
      .map((arn) => this.broker.topics.getSubscription(arn))
      .filter((subscription) => subscription !== undefined);
    const at = new Date(this.options.now()).toISOString();
    const { messageId, message, subject } = publication;
    const attributes = formatAttributes(publication.attributes);
    const receive = (protocol: string, endpoint: string): void =>
      this.options.inbox.add({
        at,
        topic: topic.name,
        protocol,
        endpoint,
        ...(subject !== undefined && { subject }),
        message,
        attributes,
        messageId,
      });
    if (subscriptions.length === 0) receive('none', '');
    for (const subscription of subscriptions) {
      if (!this.passes(subscription.attributes, publication)) continue;
      receive(subscription.protocol, subscription.endpoint);
      if (subscription.protocol === 'lambda') {
        const notification = {
          Type: 'Notification',
          MessageId: messageId,
          TopicArn: publication.topicArn,
          Subject: subject ?? null,
          Message: message,
          Timestamp: at,
          MessageAttributes: attributes,
        };
        const record = {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: subscription.arn,
          Sns: notification,
        };
        this.options.invoke(subscription.endpoint, JSON.stringify({ Records: [record] }));
      }
    }
  }

  private passes(attributes: Readonly<Record<string, string>>, publication: Publication): boolean {
    if (attributes['FilterPolicy'] === undefined) return true;
    const policy = JSON.parse(attributes['FilterPolicy']) as object;
    return attributes['FilterPolicyScope'] === 'MessageBody'
      ? this.broker.matchesBody(policy, publication.message)
      : this.broker.matchesAttributes(policy, publication.attributes);
  }
}

function replaceSubscriptions(
  topics: TopicStore,
  topicArn: string,
  matching: readonly SubscriptionDefinition[],
): void {
  // Copied, because unsubscribing shortens this list.
  const subscriptionArns = topics.getTopic(topicArn)?.subscriptionArns.slice() ?? [];
  for (const arn of subscriptionArns) topics.unsubscribe(arn);
  for (const { protocol, endpoint, attributes } of matching) {
    topics.subscribe(topicArn, protocol, endpoint, { ...attributes });
  }
}

function formatAttributes(
  attributes: MessageAttributes,
): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
    ]),
  );
}
