import { join } from 'node:path';
import { buildApp } from 'fauxqs';

/*
 * The package's own start function listens on all network interfaces. The local run binds to
 * 127.0.0.1 only, so it assembles the same parts itself. The package does not export them, so its
 * version is pinned, and the run fails at start if they move.
 */

type Application = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
export type QueueStore = Stores['sqsStore'];
export type TopicStore = Stores['snsStore'];
export type ObjectStore = Stores['s3Store'];
export type Queue = NonNullable<ReturnType<QueueStore['getQueueByArn']>>;
export type ReceivedMessage = ReturnType<Queue['dequeue']>[number];
export type MessageAttributes = Queue['messages'][number]['messageAttributes'];

type ObjectPersistence = {
  loadS3(objects: ObjectStore): void;
  close(): void;
};

type Persistence = {
  loadSqsAndSns(queues: QueueStore, topics: TopicStore): void;
  close(): void;
};

export type Broker = {
  application: Application;
  queues: QueueStore;
  topics: TopicStore;
  objects: ObjectStore;
  matchesAttributes: (policy: object, attributes: MessageAttributes) => boolean;
  matchesBody: (policy: object, body: string) => boolean;
  createMessage: (body: string) => Queue['messages'][number];
  stop(): Promise<void>;
};

/**
 * Creates the service for queues, topics and objects, with its state in `directory`. It does not
 * listen yet.
 */
export async function createBroker(directory: string): Promise<Broker> {
  const [sqs, sns, s3, persistence, filter, files] = await Promise.all(
    [
      'sqs/sqsStore.js',
      'sns/snsStore.js',
      's3/s3Store.js',
      'persistence.js',
      'sns/filter.js',
      's3/fileS3Persistence.js',
    ].map((path) => loadPart(path)),
  );
  const SqsStore = sqs?.['SqsStore'] as (new () => QueueStore) & {
    createMessage: Broker['createMessage'];
  };
  const SnsStore = sns?.['SnsStore'] as new () => TopicStore;
  const S3Store = s3?.['S3Store'] as new () => ObjectStore;
  const Manager = persistence?.['PersistenceManager'] as new (directory: string) => Persistence;
  const Files = files?.['FileS3Persistence'] as new (directory: string) => ObjectPersistence;
  const queues = new SqsStore();
  const topics = new SnsStore();
  const objects = new S3Store();
  const manager = new Manager(directory);
  const bodies = new Files(join(directory, 'objects'));
  // Assigned after loading, because loading would otherwise write everything again.
  manager.loadSqsAndSns(queues, topics);
  bodies.loadS3(objects);
  queues.persistence = manager as never;
  topics.persistence = manager as never;
  objects.persistence = bodies as never;
  for (const queue of queues.allQueues()) queue.persistence = manager as never;
  const application = buildApp({
    logger: false,
    stores: { sqsStore: queues, snsStore: topics, s3Store: objects },
  });
  return {
    application,
    queues,
    topics,
    objects,
    matchesAttributes: filter?.['matchesFilterPolicy'] as Broker['matchesAttributes'],
    matchesBody: filter?.['matchesFilterPolicyOnBody'] as Broker['matchesBody'],
    createMessage: (body) => SqsStore.createMessage(body),
    stop: async () => {
      queues.shutdown();
      await application.close();
      manager.close();
      bodies.close();
    },
  };
}

async function loadPart(path: string): Promise<Record<string, unknown>> {
  const url = new URL(`./${path}`, import.meta.resolve('fauxqs'));
  return (await import(url.href)) as Record<string, unknown>;
}
