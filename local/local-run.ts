import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLocalRoutes } from './create-local-routes.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { functionEnvironment, sdkEnvironment } from './functions/function-environment.ts';
import type { ServiceEndpoints } from './functions/function-environment.ts';
import type { JobObjects } from './bedrock/jobs/job-place.ts';
import { openLocalClock } from './local-clock.ts';
import type { LocalService, LocalWorld } from './local-service.ts';
import { createEventLog } from './control/event-log.ts';
import { openInbox } from './messaging/inbox.ts';
import { MetricStore } from './metrics/metric-store.ts';
import { createAlarms } from './services/alarm-service.ts';
import { openBedrock } from './services/bedrock-service.ts';
import { openControlPlane } from './services/control-service.ts';
import { openDynamoDb } from './services/dynamodb-service.ts';
import { createEventSources } from './services/event-source-service.ts';
import { openHttpApis } from './services/http-api-service.ts';
import { createLambda } from './services/lambda-service.ts';
import { openMessaging } from './services/messaging-service.ts';
import { createObjects } from './services/object-service.ts';
import { createSchedules } from './services/schedule-service.ts';
import { readAssembly } from './template/assembly.ts';
import { resolveTemplate } from './template/local-template.ts';
import { unsupportedResources } from './template/unsupported-resources.ts';

export type LocalRunOptions = {
  /** The synthesized application, usually `cdk.out`. */
  assemblyDirectory: string;
  /** Holds everything that survives a restart. Created if missing. */
  dataDirectory: string;
  /** 0 picks a free port. */
  port: number;
  host?: string;
  /** The key that most paths under `/_local/` require. Until it exists, nobody may use them. */
  key?: () => string | undefined;
  /** Uses this DynamoDB instead of starting the embedded store. */
  dynamoDbEndpoint?: string;
  /** A JSON file with the first rules of the Bedrock stand-in. */
  bedrockRules?: string | undefined;
  /** Receives one short sentence per start step and for later problems. */
  onProgress: (message: string) => void;
};

/** A running application. */
export type LocalRun = {
  url: string;
  dynamoDbEndpoint: string;
  tableNames: readonly string[];
  /** Names of the functions. */
  functionNames: readonly string[];
  /** Variables that point an AWS SDK program, or one function's code, to this run. */
  environment(functionName?: string): Record<string, string>;
  /** Lets current work finish for a few seconds, then stops everything it started. */
  stop(): Promise<void>;
};

/**
 * Runs a synthesized application on this machine. If it fails, stops everything already started and
 * rejects with an `Error` whose message says what to do.
 */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const dataDirectory = resolve(options.dataDirectory);
  mkdirSync(join(dataDirectory, 'logs'), { recursive: true });
  const unlock = lockDataDirectory(dataDirectory);
  const services: LocalService[] = [];
  const stop = async (): Promise<void> => {
    for (const service of services.splice(0).toReversed()) {
      await Promise.resolve(service.stop()).catch((error: unknown) =>
        options.onProgress(`while stopping: ${String(error)}`),
      );
    }
    unlock();
  };
  try {
    return await start({ ...options, dataDirectory }, services, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: LocalRunOptions,
  services: LocalService[],
  stop: () => Promise<void>,
): Promise<LocalRun> {
  const { onProgress } = options;
  const world = openWorld(options);
  const stacks = readAssembly(options.assemblyDirectory);
  const lambda = createLambda(world, () => endpoints);
  const files = (): JobObjects => messaging.messages.objects;
  const file = join(world.dataDirectory, 'bedrock-jobs.json');
  const address = { host: options.host ?? '127.0.0.1', port: options.port };
  const [dynamoDb, messaging, bedrock, control, http] = await openAll(services, [
    openDynamoDb(world, options.dynamoDbEndpoint),
    openMessaging(world),
    openBedrock(world, { rulesFile: options.bedrockRules, jobs: { objects: files, file } }),
    openControlPlane(world, lambda),
    openHttpApis(world, address, lambda),
  ]);
  const endpoints: ServiceEndpoints = {
    dynamoDb: dynamoDb.endpoint,
    messaging: messaging.endpoint,
    bedrock: bedrock.endpoint,
    control: control.endpoint,
  };
  const objects = createObjects(world, messaging);
  const sources = createEventSources(world, dynamoDb, messaging, lambda);
  const schedules = createSchedules(world);
  const alarms = createAlarms(world, messaging);
  const stores = [dynamoDb, messaging, objects, bedrock];
  const order = [...stores, lambda, control, sources, http, schedules, alarms];
  services.splice(0, services.length, ...order);

  const addresses = { queueBaseUrl: messaging.endpoint, apiUrl: http.url };
  const template = resolveTemplate(stacks, addresses);
  for (const warning of unsupportedResources(template)) onProgress(`warning: ${warning}`);
  for (const service of order) {
    const line = await service.reads(template);
    if (line !== undefined) onProgress(line);
  }
  const fleet = lambda.fleet();
  const routes = createLocalRoutes({
    ...world,
    services: order,
    finishedInvocations: () => fleet.finished,
    fleet,
    schedules: schedules.runner(),
    alarms: alarms.watch(),
    bedrock: bedrock.bedrock,
    sweep: () => {
      objects.sweep();
      return dynamoDb.sweep();
    },
  });
  http.serveLocal(routes, options.key ?? (() => undefined));
  for (const service of order) service.start?.();
  return {
    url: http.url,
    dynamoDbEndpoint: endpoints.dynamoDb,
    tableNames: dynamoDb.tables().map(({ definition }) => definition.name),
    functionNames: fleet.definitions.map(({ name }) => name),
    environment: (name = '') => {
      const definition = fleet.find(name);
      return definition ? functionEnvironment(definition, endpoints) : sdkEnvironment(endpoints);
    },
    stop,
  };
}

function openWorld({ dataDirectory, onProgress }: LocalRunOptions): LocalWorld {
  return {
    dataDirectory,
    clock: openLocalClock(dataDirectory),
    inbox: openInbox(dataDirectory),
    events: createEventLog(),
    metrics: new MetricStore(),
    onProgress,
    receivers: [],
    invocationListeners: [],
  };
}

/** Waits for every service even if one fails, so that all opened ones can be stopped. */
async function openAll<const Services extends readonly LocalService[]>(
  opened: LocalService[],
  opening: { readonly [Index in keyof Services]: Promise<Services[Index]> },
): Promise<Services> {
  const outcomes = await Promise.allSettled(opening);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') opened.push(outcome.value);
  }
  return Promise.all(opening) as Promise<unknown> as Promise<Services>;
}
