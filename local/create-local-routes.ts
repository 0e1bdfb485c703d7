import { existsSync, readFileSync } from 'node:fs';
import type { Bedrock } from './bedrock/bedrock.ts';
import { type EventLog, readEventRules } from './control/event-log.ts';
import { readRules } from './bedrock/rules.ts';
import { waitUntilDrained, type Workload } from './drain.ts';
import { watchEventLoop } from './event-loop.ts';
import type { FunctionFleet } from './functions/function-fleet.ts';
import { LocalAnswer } from './http/local-routes.ts';
import type { LocalRoute, LocalRoutes } from './http/local-routes.ts';
import type { LocalClock } from './local-clock.ts';
import type { Inbox } from './messaging/inbox.ts';
import type { AlarmWatch } from './metrics/alarm-watch.ts';
import type { MetricStore } from './metrics/metric-store.ts';
import type { ScheduleRunner } from './schedules/schedule-runner.ts';

export type LocalRouteParts = Workload & {
  clock: LocalClock;
  inbox: Inbox;
  events: EventLog;
  fleet: FunctionFleet;
  schedules: ScheduleRunner;
  alarms: AlarmWatch;
  metrics: MetricStore;
  bedrock: Bedrock;
  /** Deletes items whose time to live has passed. */
  sweep: () => Promise<unknown>;
};

const SHOWN_MINUTES = 60;
const MINUTE_MS = 60_000;
const DRAIN_MS = 20_000;
const LOG_TAIL_BYTES = 64 * 1024;

/** The paths under `/_local/` through which a person or a test inspects the running application. */
export function createLocalRoutes(parts: LocalRouteParts): LocalRoutes {
  const { clock, inbox, events, fleet, schedules, alarms, metrics, bedrock } = parts;
  const eventLoopDelay = watchEventLoop();
  return {
    'GET health': fromHere(() => ({ status: 'ok', functions: fleet.definitions.length })),
    'GET event-loop': fromHere(eventLoopDelay),
    'GET inbox': fromHere(() => ({ items: inbox.items() })),
    'DELETE inbox': withKey(() => {
      inbox.clear();
      return { items: [] };
    }),
    'GET events': fromHere(() => ({ items: events.items(), rules: events.rules() })),
    'PUT events': withKey((body) => setEventRules(events, body)),
    'GET clock': fromHere(() => ({
      now: new Date(clock.now()).toISOString(),
      offsetMs: clock.offsetMs(),
      schedules: schedules.list(),
    })),
    'POST clock': fromHere((body) => advance(parts, body)),
    'GET alarms': withKey(() => ({ items: alarms.list() })),
    'GET metrics': withKey(() => ({
      items: metrics.list().map(({ namespace, name, dimensions, minutes }) => ({
        namespace,
        name,
        dimensions,
        minutes: minutes.slice(-SHOWN_MINUTES).map(({ values: _values, at, ...minute }) => ({
          at: new Date(at).toISOString(),
          ...minute,
        })),
      })),
    })),
    'POST drain': fromHere(async () => {
      const drained = await waitUntilDrained(parts, DRAIN_MS);
      return drained
        ? { drained }
        : new LocalAnswer(504, { message: `Work goes on after ${DRAIN_MS / 1_000} s: ask again.` });
    }),
    'GET bedrock': withKey(() => ({ rules: bedrock.rules, calls: bedrock.record.list() })),
    'POST bedrock': withKey((body) => setBedrockRules(bedrock, body)),
    'DELETE bedrock': withKey(() => {
      bedrock.setRules(readRules({}, 'the default'));
      bedrock.clear();
      return { rules: bedrock.rules, calls: [] };
    }),
    'POST invoke': withKey((body, name) => invoke(fleet, body, name)),
    'GET logs': withKey((_body, name) => {
      const file = fleet.logFile(fleet.find(name)?.name ?? '');
      if (!existsSync(file)) return new LocalAnswer(404, { message: `No log of "${name}".` });
      return { lines: readFileSync(file, 'utf8').slice(-LOG_TAIL_BYTES).split('\n') };
    }),
  };
}

const fromHere = (serve: LocalRoute['serve']): LocalRoute => ({ access: 'from-here', serve });
const withKey = (serve: LocalRoute['serve']): LocalRoute => ({ access: 'with-key', serve });

/** Replaces the rules of the Bedrock stand-in by those in the body. */
function setBedrockRules(bedrock: Bedrock, body: string): LocalAnswer | object {
  try {
    bedrock.setRules(readRules(parseJson(body), 'the body'));
    return { rules: bedrock.rules };
  } catch (error) {
    return new LocalAnswer(400, { message: (error as Error).message });
  }
}

/** Replaces the rules that send events to webhooks of this machine. */
function setEventRules(events: EventLog, body: string): LocalAnswer | object {
  try {
    events.setRules(readEventRules(parseJson(body)));
    return { rules: events.rules() };
  } catch (error) {
    return new LocalAnswer(400, { message: (error as Error).message });
  }
}

async function invoke(fleet: FunctionFleet, body: string, name: string): Promise<LocalAnswer> {
  if (fleet.find(name) === undefined) {
    return new LocalAnswer(404, { message: `There is no function "${name}".` });
  }
  const event = body === '' ? '{}' : body;
  if (parseJson(event) === undefined) {
    return new LocalAnswer(400, { message: 'The body is not JSON.' });
  }
  const result = await fleet.invoke(name, event);
  return result.ok
    ? new LocalAnswer(200, parseJson(result.payload) ?? result.payload)
    : new LocalAnswer(502, { message: `The function failed: ${result.error.errorMessage}` });
}

async function advance(parts: LocalRouteParts, body: string): Promise<LocalAnswer | object> {
  const { clock, schedules, alarms, sweep } = parts;
  const value = parseJson(body);
  const ms =
    typeof value === 'object' && value !== null
      ? (value as { advanceMs?: unknown }).advanceMs
      : undefined;
  if (typeof ms !== 'number' || !Number.isSafeInteger(ms) || ms < 0) {
    return new LocalAnswer(400, {
      message: 'advanceMs must be a whole number of milliseconds, 0 or more.',
    });
  }
  if (!Number.isFinite(new Date(clock.now() + ms).getTime())) {
    return new LocalAnswer(400, { message: 'advanceMs leads beyond the end of time.' });
  }
  if (ms >= MINUTE_MS) alarms.evaluate(clock.now() + MINUTE_MS);
  clock.advance(ms);
  if (ms >= MINUTE_MS) alarms.skipTime();
  const { fired, finished } = schedules.fireDue();
  const until = Date.now() + DRAIN_MS;
  await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
  await sweep();
  await waitUntilDrained(parts, Math.max(0, until - Date.now()));
  alarms.evaluate(clock.now());
  return { now: new Date(clock.now()).toISOString(), advanceMs: ms, fired };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
