import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeAnswer } from './http-response.ts';
import { readBody } from './read-body.ts';
import { ownValue } from '../own-value.ts';

/** Serves one path below `/_local/`. `rest` is what follows the route's own path. */
export type LocalRoute = (
  body: string,
  rest: string,
) => Promise<LocalAnswer | object> | LocalAnswer | object;

/** An answer that is not a plain 200. */
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

const largestBodyBytes = 10 * 1024 * 1024;

/** Serves the local run's own paths. They are no part of the application. */
export async function serveLocalRoute(
  routes: LocalRoutes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const [name = '', ...rest] = path.slice('/_local/'.length).split('/');
  const route = ownValue(routes, `${request.method} ${name}`);
  const body = await readBody(request, largestBodyBytes);
  if (route === undefined) {
    send(response, new LocalAnswer(404, { message: 'Not Found', routes: Object.keys(routes) }));
    return;
  }
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  const answer = await route(text, decodeURIComponent(rest.join('/')));
  send(response, answer instanceof LocalAnswer ? answer : new LocalAnswer(200, answer));
}

function send(response: ServerResponse, answer: LocalAnswer): void {
  writeAnswer(response, {
    statusCode: answer.statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answer.value),
  });
}
