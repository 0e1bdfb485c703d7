import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalService, LocalWorld } from '../local-service.ts';
import { EventSources } from '../streams/event-sources.ts';
import { readMappings } from '../streams/mapping-definition.ts';
import type { DynamoDbService } from './dynamodb-service.ts';
import type { LambdaService } from './lambda-service.ts';
import type { MessagingService } from './messaging-service.ts';

const GRACE_MS = 5_000;

/** Lambda's event source mappings: streams and queues that feed functions. */
export function createEventSources(
  world: LocalWorld,
  dynamoDb: DynamoDbService,
  messaging: MessagingService,
  lambda: LambdaService,
): LocalService {
  let sources: EventSources | undefined;
  world.invocationListeners.push(() => sources?.nudge());
  return {
    reads: (template) => {
      sources = new EventSources({
        mappings: readMappings(template),
        tables: dynamoDb.tables(),
        fleet: lambda.fleet(),
        messages: messaging.messages,
        request: dynamoDb.request,
        dataDirectory: world.dataDirectory,
        onProgress: world.onProgress,
      });
      return `${sources.count} event sources ready`;
    },
    start: () => sources?.start(),
    drain: {
      look: () => sources?.nudge(),
      isDone: (sinceMs) => sources?.drainedSince(sinceMs) ?? true,
    },
    // A batch that takes longer is cut off along with its function and redelivered at the next
    // start.
    stop: () => Promise.race([sources?.stop(), sleep(GRACE_MS, undefined, { ref: false })]),
  };
}
