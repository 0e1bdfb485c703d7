import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPutEvents } from './control/event-bus.ts';
import { createGetMetricData } from './control/get-metric-data.ts';
import { createSendEmail } from './control/send-email.ts';
import { startControlService } from './control/control-service.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { readFunctions } from './functions/function-definition.ts';
import { functionEnvironment, sdkEnvironment } from './functions/function-environment.ts';
import type { ServiceEndpoints } from './functions/function-environment.ts';
import { FunctionFleet } from './functions/function-fleet.ts';
import { createHttpApi } from './http/http-api.ts';
import { readHttpApis } from './http/http-api-definition.ts';
import { startHttpServer } from './http/http-server.ts';
import { openLocalClock } from './local-clock.ts';
import { createLocalRoutes } from './create-local-routes.ts';
import { openInbox } from './messaging/inbox.ts';
import { readQueues, readSubscriptions, readTopics } from './messaging/messaging-definition.ts';
import { MessageService } from './messaging/message-service.ts';
import { readAlarms, readCompositeAlarms } from './metrics/alarm-definition.ts';
import { AlarmWatch } from './metrics/alarm-watch.ts';
import { addEmbeddedMetrics } from './metrics/embedded-metrics.ts';
import { readBuckets } from './objects/bucket-definition.ts';
import { MetricStore } from './metrics/metric-store.ts';
import {
  addInvocationMetrics,
  addQueueMetrics,
  addRequestMetrics,
} from './metrics/observed-metrics.ts';
import { readSchedules } from './schedules/schedule-definition.ts';
import { ScheduleRunner } from './schedules/schedule-runner.ts';
import { createTables } from './store/create-tables.ts';
import { startDynamoProcess } from './store/dynamo-process.ts';
import { createDynamoRequest } from './store/dynamo-request.ts';
import { readTables } from './store/table-definition.ts';
import { sweepExpired } from './store/ttl-sweep.ts';
import { EventSources } from './streams/event-sources.ts';
import { readMappings } from './streams/mapping-definition.ts';
import { readAssembly } from './template/assembly.ts';
import { resolveTemplate } from './template/local-template.ts';
import { unsupportedResources } from './template/unsupported-resources.ts';

export interface LocalRunOptions {
  /** The synthesized application, usually `cdk.out`. */
  readonly assemblyDirectory: string;
  /** Holds everything that survives a restart; made when missing. */
  readonly dataDirectory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  /** The key that most paths below `/_local/` want; while there is none, nobody may use them. */
  readonly key?: () => string | undefined;
  /** Uses this DynamoDB instead of starting the embedded store. */
  readonly dynamoDbEndpoint?: string;
  /** Gets one short sentence for each step of the start, and for what goes wrong later. */
  readonly onProgress: (message: string) => void;
}

/** A running application. */
export interface LocalRun {
  readonly url: string;
  readonly dynamoDbEndpoint: string;
  readonly tableNames: readonly string[];
  /** Names of the functions. */
  readonly functionNames: readonly string[];
  /** Variables with which an AWS SDK program, or one function's code, runs against this run. */
  environment(functionName?: string): Record<string, string>;
  /** Finishes what runs, for a few seconds at most, and ends everything that was started. */
  stop(): Promise<void>;
}

const graceMs = 5_000;
const sweepMs = 60_000;
const unreferenced = { ref: false };

/**
 * Runs a synthesized application on this machine. Rejects with an `Error` whose message tells a
 * person what to do; what was started until then is ended.
 */
export async function startLocalRun(options: LocalRunOptions): Promise<LocalRun> {
  const dataDirectory = resolve(options.dataDirectory);
  mkdirSync(join(dataDirectory, 'logs'), { recursive: true });
  const endings: (() => Promise<unknown> | void)[] = [lockDataDirectory(dataDirectory)];
  const end = async (): Promise<void> => {
    for (const ending of endings.splice(0).toReversed()) {
      await Promise.resolve(ending()).catch((error: unknown) =>
        options.onProgress(`while stopping: ${String(error)}`),
      );
    }
  };
  try {
    return await start({ ...options, dataDirectory }, endings, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function start(
  options: LocalRunOptions,
  endings: (() => Promise<unknown> | void)[],
  stop: () => Promise<void>,
): Promise<LocalRun> {
  const { dataDirectory, onProgress } = options;
  const clock = openLocalClock(dataDirectory);
  const inbox = openInbox(dataDirectory);
  const stacks = readAssembly(options.assemblyDirectory);
  const metrics = new MetricStore();
  const late: { fleet?: FunctionFleet; sources?: EventSources } = {};

  const server = await startHttpServer(options.host ?? '127.0.0.1', options.port);
  const begun = await Promise.allSettled([
    startStore(options),
    MessageService.start({
      dataDirectory,
      inbox,
      now: () => clock.now(),
      invoke: (functionArn, event) => void late.fleet?.invokeAsync(functionArn, event),
    }),
    startControlService(),
  ]);
  const [store, messages, control] = begun;
  for (const service of begun) {
    if (service.status === 'fulfilled') endings.push(() => service.value.stop());
  }
  endings.push(() => late.fleet?.stop(graceMs));
  // A batch that takes longer is cut off by the fleet's end and delivered again at the next start.
  endings.push(() => Promise.race([late.sources?.stop(), sleep(graceMs, undefined, unreferenced)]));
  endings.push(() => server.stop(graceMs));
  if (store.status === 'rejected') throw store.reason;
  if (messages.status === 'rejected') throw messages.reason;
  if (control.status === 'rejected') throw control.reason;
  onProgress(`store ready at ${store.value.endpoint}`);

  const template = resolveTemplate(stacks, {
    queueBaseUrl: messages.value.endpoint,
    apiUrl: server.url,
  });
  for (const warning of unsupportedResources(template)) onProgress(`warning: ${warning}`);
  const queues = readQueues(template);
  const buckets = readBuckets(template);
  messages.value.create(queues, readTopics(template), readSubscriptions(template), buckets);
  const request = createDynamoRequest(store.value.endpoint);
  const tables = await createTables(request, readTables(template));
  onProgress(`${tables.length} tables ready`);

  const endpoints: ServiceEndpoints = {
    dynamoDb: store.value.endpoint,
    messaging: messages.value.endpoint,
    control: control.value.endpoint,
  };
  const definitions = readFunctions(template, join(dataDirectory, 'inline'));
  const fleet = new FunctionFleet({
    definitions,
    endpoints,
    clock,
    logDirectory: join(dataDirectory, 'logs'),
    compileCache: join(dataDirectory, 'compile-cache'),
    onInvocation: (report) => {
      late.sources?.nudge();
      addInvocationMetrics(metrics, report, clock.now());
    },
    onMetrics: (lines) => addEmbeddedMetrics(metrics, lines),
    onAsyncFailure: (arn, body) => void messages.value.send(arn, body),
  });
  late.fleet = fleet;
  // A target of a schedule, a rule or an alarm is a function, a queue or a topic.
  const send = async (arn: string, body: string, subject?: string): Promise<void> => {
    if (fleet.find(arn) !== undefined) await fleet.invokeAsync(arn, body);
    else await messages.value.send(arn, body, subject);
  };
  const putEvents = createPutEvents(template, clock.now, (arn, event) => void send(arn, event));
  const operations = new Map([
    ['AWSEvents.PutEvents', putEvents],
    ['GraniteServiceVersion20100801.GetMetricData', createGetMetricData(metrics)],
    ['POST /v2/email/outbound-emails', createSendEmail(inbox, clock.now)],
  ]);
  control.value.serve(operations, fleet);
  const warmed = await fleet.warm();
  onProgress(`${definitions.length} functions ready, ${warmed} of them warm`);

  const sources = new EventSources({
    mappings: readMappings(template),
    tables,
    fleet,
    messages: messages.value,
    request,
    dataDirectory,
    onProgress,
  });
  late.sources = sources;
  const schedules = new ScheduleRunner({
    dataDirectory,
    definitions: readSchedules(template),
    now: clock.now,
    start: send,
  });
  endings.push(() => schedules.stop());
  const alarms = new AlarmWatch({
    dataDirectory,
    definitions: readAlarms(template),
    composites: readCompositeAlarms(template),
    metrics,
    now: clock.now,
    sample: (time) => addQueueMetrics(metrics, messages.value, queues, time),
    notify: (arn, subject, message) => void send(arn, message, subject),
  });
  endings.push(() => alarms.stop());
  const sweep = (): Promise<unknown> => {
    messages.value.expireObjects(buckets);
    return sweepExpired(
      request,
      tables.map(({ definition }) => definition),
      clock.now(),
    ).catch(() => 0);
  };
  endings.push(repeatGently(sweep, sweepMs));

  server.serve(
    readHttpApis(template).map((api) =>
      createHttpApi(api, fleet, clock, (statusCode, durationMs) => {
        const { apiId, stage } = api;
        addRequestMetrics(metrics, { apiId, stage, statusCode, durationMs }, clock.now());
      }),
    ),
    createLocalRoutes({ clock, inbox, fleet, sources, schedules, alarms, metrics, sweep }),
    options.key ?? (() => undefined),
  );
  sources.start();
  schedules.start();
  alarms.start();
  onProgress(`${sources.count} event sources and ${schedules.list().length} schedules run`);
  return {
    url: server.url,
    dynamoDbEndpoint: store.value.endpoint,
    tableNames: tables.map(({ definition }) => definition.name),
    functionNames: definitions.map(({ name }) => name),
    environment: (name) => {
      const definition = name === undefined ? undefined : fleet.find(name);
      return definition === undefined
        ? sdkEnvironment(endpoints)
        : functionEnvironment(definition, endpoints);
    },
    stop,
  };
}

/**
 * Repeats work with pauses of at least `pauseMs` milliseconds and of twenty times what the work
 * takes, so that large tables do not keep the store busy. Returns the function that ends it.
 */
function repeatGently(work: () => Promise<unknown>, pauseMs: number): () => void {
  let timer: NodeJS.Timeout;
  let ended = false;
  const plan = (ms: number): void => {
    timer = setTimeout(() => {
      const began = performance.now();
      void work().then(() => {
        if (!ended) plan(Math.max(pauseMs, 20 * (performance.now() - began)));
      });
    }, ms);
  };
  plan(pauseMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

function startStore(
  options: LocalRunOptions,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  return options.dynamoDbEndpoint === undefined
    ? startDynamoProcess(options.dataDirectory, options.onProgress)
    : Promise.resolve({ endpoint: options.dynamoDbEndpoint, stop: () => Promise.resolve() });
}
