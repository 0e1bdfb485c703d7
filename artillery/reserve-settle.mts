import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/** One line of the file that `PURSER_LOAD_ROWS` names. */
type Row = { request: Record<string, unknown>; outputTokens: number };
type User = { vars: { row?: Row; reservationId?: string } };
type Request = { json?: unknown; headers?: Record<string, string> };
type Response = { statusCode: number; body: string };
type Events = { emit: (kind: 'counter', name: string, value: number) => void };

const rows = readFileSync(setting('PURSER_LOAD_ROWS'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Row => JSON.parse(line));
const headers = { authorization: `Bearer ${setting('PURSER_LOAD_KEY')}` };
const runMs = Number(setting('PURSER_LOAD_SECONDS')) * 1_000;

let nextRow = threadId * 7_919;
let endsAtMs: number | undefined;

/** Users go on until the run's time is over. */
export function hasTimeLeft(_user: User, next: (goOn: boolean) => void): void {
  endsAtMs ??= Date.now() + runMs;
  next(Date.now() < endsAtMs);
}

export async function prepareReservation(request: Request, user: User): Promise<void> {
  const row = rows[nextRow++ % rows.length];
  user.vars.row = row;
  delete user.vars.reservationId;
  request.json = row?.request;
  request.headers = { ...request.headers, ...headers, 'idempotency-key': randomUUID() };
}

export async function recordDecision(
  _request: Request,
  response: Response,
  user: User,
  events: Events,
): Promise<void> {
  events.emit('counter', 'purser.errors', 0);
  const answer = body(response);
  if (response.statusCode === 201 && typeof answer['reservationId'] === 'string') {
    user.vars.reservationId = answer['reservationId'];
  }
  const decision = answer['decision'];
  if ([201, 202, 429].includes(response.statusCode) && typeof decision === 'string') {
    events.emit('counter', `purser.decisions.${decision}`, 1);
  } else {
    recordError('reserve', response, events);
  }
}

export async function prepareSettlement(request: Request, user: User): Promise<void> {
  const { request: asked, outputTokens } = user.vars.row ?? { request: {}, outputTokens: 0 };
  request.json = { usage: { inputTokens: asked['inputTokens'], outputTokens } };
  request.headers = { ...request.headers, ...headers };
}

export async function recordSettlement(
  _request: Request,
  response: Response,
  _user: User,
  events: Events,
): Promise<void> {
  if (response.statusCode === 200) events.emit('counter', 'purser.settled', 1);
  else recordError('settle', response, events);
}

function recordError(step: string, { statusCode }: Response, events: Events): void {
  events.emit('counter', 'purser.errors', 1);
  events.emit('counter', `purser.errors.${step}.${statusCode}`, 1);
}

function body(response: Response): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(response.body);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start this by npm run load`);
  return value;
}
