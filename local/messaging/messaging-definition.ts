import type { LocalTemplate } from '../template/local-template.ts';
import { ownValue } from '../own-value.ts';

export type QueueDefinition = {
  name: string;
  arn: string;
  url: string;
  attributes: Readonly<Record<string, string>>;
};

export type TopicDefinition = {
  name: string;
  arn: string;
  attributes: Readonly<Record<string, string>>;
};

export type SubscriptionDefinition = {
  topicArn: string;
  protocol: string;
  endpoint: string;
  attributes: Readonly<Record<string, string>>;
};

type TopicProperties = {
  FifoTopic?: boolean | string;
  ContentBasedDeduplication?: boolean | string;
  Subscription?: readonly { Protocol: string; Endpoint: string }[];
};

type SubscriptionProperties = {
  TopicArn: string;
  Protocol: string;
  Endpoint?: string;
  FilterPolicy?: unknown;
  FilterPolicyScope?: string;
  RawMessageDelivery?: boolean | string;
};

const QUEUE_ATTRIBUTES = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
] as const;

/** Reads the queues of a template, with attributes in SQS's own names and format. */
export function readQueues(template: LocalTemplate): QueueDefinition[] {
  return template
    .ofType<Readonly<Record<string, unknown>>>('AWS::SQS::Queue')
    .map(({ name, arn, ref, properties }) => ({
      name,
      arn,
      url: ref,
      attributes: asText(properties, QUEUE_ATTRIBUTES),
    }));
}

/** Reads the topics of a template. */
export function readTopics(template: LocalTemplate): TopicDefinition[] {
  return template.ofType<TopicProperties>('AWS::SNS::Topic').map(({ name, arn, properties }) => ({
    name,
    arn,
    attributes: asText(properties as Readonly<Record<string, unknown>>, [
      'FifoTopic',
      'ContentBasedDeduplication',
    ]),
  }));
}

/** Reads subscriptions, including those defined inside a topic. */
export function readSubscriptions(template: LocalTemplate): SubscriptionDefinition[] {
  const inline = template.ofType<TopicProperties>('AWS::SNS::Topic').flatMap((topic) =>
    (topic.properties.Subscription ?? []).map(({ Protocol, Endpoint }) => ({
      topicArn: topic.arn,
      protocol: Protocol,
      endpoint: Endpoint,
      attributes: {},
    })),
  );
  const own = template
    .ofType<SubscriptionProperties>('AWS::SNS::Subscription')
    .map(({ properties }) => ({
      topicArn: properties.TopicArn,
      protocol: properties.Protocol,
      endpoint: properties.Endpoint ?? '',
      attributes: asText(properties as unknown as Readonly<Record<string, unknown>>, [
        'FilterPolicy',
        'FilterPolicyScope',
        'RawMessageDelivery',
      ]),
    }));
  return [...inline, ...own];
}

function asText(
  properties: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, string> {
  const entries = names.flatMap((name) => {
    const value = ownValue(properties, name) as string | number | boolean | object | undefined;
    if (value === undefined) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const];
  });
  return Object.fromEntries(entries);
}
