import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { gatewayAnswer, writeAnswer } from './http-response.ts';
import { type LocalAccess, localRefusal } from './local-guard.ts';
import { readBody } from './read-body.ts';
import { decodePath } from './route-table.ts';
import { ownValue } from '../own-value.ts';

/** One path under `/_local/`. `rest` is what follows the route's own path. */
export type LocalRoute = {
  access: LocalAccess;
  serve: (body: string, rest: string) => Promise<LocalAnswer | object> | LocalAnswer | object;
};

/** An answer other than a plain 200. From 400 on, its value has a `message`. */
export class LocalAnswer {
  readonly statusCode: number;
  readonly value: unknown;

  constructor(statusCode: number, value: unknown) {
    this.statusCode = statusCode;
    this.value = value;
  }
}

/** Routes by `METHOD name`, such as `GET inbox` for `GET /_local/inbox`. */
export type LocalRoutes = Readonly<Record<string, LocalRoute>>;

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Serves the local run's own paths, which are not part of the application, to authorized callers.
 */
export async function serveLocalRoute(
  routes: LocalRoutes,
  key: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const [name = '', ...rest] = path.slice('/_local/'.length).split('/');
  const route = ownValue(routes, `${request.method} ${name}`);
  const body = await readBody(request, LARGEST_BODY_BYTES);
  const refusal = localRefusal(request, { access: route?.access ?? 'from-here', key });
  if (refusal !== undefined) {
    const { statusCode, detail } = refusal;
    send(response, new LocalAnswer(statusCode, { message: detail }));
    return;
  }
  if (route === undefined) {
    const paths = Object.keys(routes).join(', ');
    send(response, new LocalAnswer(404, { message: `There is no such path; there are ${paths}.` }));
    return;
  }
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  const answer = await route.serve(text, decodePath(rest.join('/')));
  send(response, answer instanceof LocalAnswer ? answer : new LocalAnswer(200, answer));
}

function send(response: ServerResponse, { statusCode, value }: LocalAnswer): void {
  if (statusCode >= 400) {
    const { message } = value as { message: string };
    writeAnswer(response, gatewayAnswer(statusCode, STATUS_CODES[statusCode] ?? '', message));
    return;
  }
  writeAnswer(response, {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
}
