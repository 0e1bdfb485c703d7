import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWeather, type Faults, type Incident, type Weather } from './faults.ts';
import { createOperations } from './operations.ts';
import {
  type Answer,
  type Call,
  createForward,
  type Input,
  internalError,
  type Operation,
  STREAMS,
  unavailableAnswer,
} from './protocol.ts';

export type FaultyDynamoDb = Awaited<ReturnType<typeof startFaultyDynamoDb>>;

/** `cut` closes the connection without an answer; `silence` leaves it open. */
type Outcome = Answer | 'cut' | 'silence';

/**
 * An HTTP server on this machine that answers like DynamoDB, with the faults of the real service,
 * and keeps everything in the real store behind it.
 * @param target URL of the store, such as an embedded one
 * @param seed the same seed draws the same faults for the same sequence of calls
 */
export async function startFaultyDynamoDb(target: string, seed: number, faults: Partial<Faults>) {
  const weather = createWeather(seed, faults);
  const { forward, close } = createForward(target);
  const operations = createOperations(weather, forward);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    const input = JSON.parse((await text(request)) || '{}') as Input;
    const call = { service, operation, input, headers: request.headers };
    const operate = operations.of(call);
    const outcome =
      operate && service !== STREAMS
        ? await throughNetwork(weather, operate, call)
        : await (operate ?? forward)(call);
    if (outcome === 'silence') return;
    if (outcome === 'cut') {
      request.socket.destroy();
      return;
    }
    response.writeHead(outcome.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(outcome.body));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Replaces all faults: those that are not named no longer happen. */
    set: (changed: Partial<Faults>) => weather.set(changed),
    /** How often a client met each fault. */
    met: (incident: Incident): number => weather.counts[incident] ?? 0,
    counts: weather.counts,
    /** Capacity units that an item used; its key is the JSON of table and key attributes. */
    usedBy: operations.throughput.usedBy,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      close();
    },
  };
}

/** A call as the network and the service's front door let it through. */
async function throughNetwork(weather: Weather, operate: Operation, call: Call): Promise<Outcome> {
  if (weather.happens('silent')) return 'silence';
  if (weather.happens('late')) {
    void sleep(weather.faults().lateMs).then(() => operate(call).catch(() => undefined));
    return 'silence';
  }
  if (weather.happens('lostRequest')) return 'cut';
  if (weather.happens('unavailable')) return unavailableAnswer();
  const isFailing = weather.happens('internalError');
  if (isFailing && weather.randomOf('internalError').chance(0.5)) return internalError();
  const answer = await operate(call);
  if (isFailing) return internalError();
  return weather.happens('lostAnswer') ? 'cut' : answer;
}
