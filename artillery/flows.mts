import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { recordCall, type Response } from './samples.mts';
import { setting } from './setting.mts';

type AiRequest = Record<string, unknown> & { inputTokens: number };
/** One line of the file that `PURSER_LOAD_ROWS` names. */
type Row = { request: AiRequest; outputTokens: number };
type User = {
  scenario: { name: string };
  vars: {
    row?: Row;
    /** The rows of a workflow's steps that are still to come. */
    steps?: Row[];
    reservationId?: string;
    workflowId?: string;
    calledMs?: number;
    dueMs?: number;
  };
};
type Request = { json?: unknown; headers?: Record<string, string> };

const rows = readFileSync(setting('PURSER_LOAD_ROWS'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Row => JSON.parse(line));
const authorization = `Bearer ${setting('PURSER_LOAD_KEY')}`;
const runMs = Number(setting('PURSER_LOAD_SECONDS')) * 1_000;
const rounds = Number(setting('PURSER_LOAD_ROUNDS'));
const modelMs = Number(setting('PURSER_LOAD_MODEL_SECONDS')) * 1_000;
const pauseMs = Number(setting('PURSER_LOAD_PAUSE_SECONDS')) * 1_000;
const STEPS = 3;
const MOST_PROMPT_TOKENS = 1_000;

let nextRow = threadId * 7_919;
let endsAtMs: number | undefined;
const roundsOf = new WeakMap<User, number>();

/** Users go on until the run's time is over, or until they made their rounds. */
export function hasTimeLeft(user: User, next: (goOn: boolean) => void): void {
  endsAtMs ??= Date.now() + runMs;
  const round = (roundsOf.get(user) ?? 0) + 1;
  roundsOf.set(user, round);
  next(Date.now() < endsAtMs && (rounds === 0 || round < rounds));
}

export async function prepareReservation(request: Request, user: User): Promise<void> {
  user.vars.row = rowAfter();
  delete user.vars.reservationId;
  send(request, user, user.vars.row.request);
}

export async function recordReservation(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  const answer = record('reserve', [201, 202, 429], response, user, modelMs);
  const { reservationId } = answer;
  if (typeof reservationId === 'string') user.vars.reservationId = reservationId;
}

export async function prepareSettlement(request: Request, user: User): Promise<void> {
  const { request: call, outputTokens } = user.vars.row ?? rowAfter();
  send(request, user, { usage: { inputTokens: call.inputTokens, outputTokens } });
}

export async function recordSettlement(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  const isStep = user.vars.workflowId !== undefined;
  record('settle', [200], response, user, isStep ? 0 : pauseMs);
}

/** Asks for a prediction of a workflow: all steps are of one user. */
export async function prepareWorkflow(request: Request, user: User): Promise<void> {
  const first = rowAfter();
  const steps = Array.from({ length: STEPS }, (): Row => {
    const { request: call, outputTokens } = rowAfter();
    const { model, inputTokens, operation } = call;
    return { request: { ...first.request, model, inputTokens, operation }, outputTokens };
  });
  user.vars.steps = steps;
  delete user.vars.workflowId;
  delete user.vars.reservationId;
  send(request, user, { steps: steps.map((step) => step.request) });
}

export async function recordPrediction(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  record('predict', [200], response, user, 0);
}

export async function prepareOpening(request: Request, user: User): Promise<void> {
  send(request, user, { steps: (user.vars.steps ?? []).map((step) => step.request) });
}

export async function recordOpening(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  const { workflowId } = record('open', [201, 429], response, user, 0);
  if (typeof workflowId === 'string') user.vars.workflowId = workflowId;
}

export async function prepareStep(request: Request, user: User): Promise<void> {
  user.vars.row = user.vars.steps?.shift() ?? rowAfter();
  delete user.vars.reservationId;
  send(request, user, { ...user.vars.row.request, workflowId: user.vars.workflowId });
}

export async function prepareClosing(request: Request, user: User): Promise<void> {
  send(request, user, {});
}

export async function recordClosing(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  record('close', [200], response, user, pauseMs);
}

/** A call through the gateway. Its model is the one that `PURSER_LOAD_MODEL` names. */
export async function prepareInference(request: Request, user: User): Promise<void> {
  const { request: call, outputTokens } = rowAfter();
  const tokens = Math.min(call.inputTokens, MOST_PROMPT_TOKENS);
  send(request, user, {
    model: setting('PURSER_LOAD_MODEL'),
    messages: [{ role: 'user', content: `Tell what you see. ${'word '.repeat(tokens)}` }],
    max_tokens: Math.max(1, outputTokens),
    user: call['userId'],
  });
  request.headers = { ...request.headers, 'x-purser-system': 'neuroweaver' };
}

export async function recordInference(
  _request: Request,
  response: Response,
  user: User,
): Promise<void> {
  record('infer', [200, 429], response, user, pauseMs);
}

const rowAfter = (): Row => rows[nextRow++ % rows.length] as Row;

function send(request: Request, user: User, body: unknown): void {
  request.json = body;
  request.headers = { ...request.headers, authorization, 'idempotency-key': randomUUID() };
  user.vars.calledMs = Date.now();
}

/** Notes the call, and when the next one is due. */
function record(
  step: string,
  decided: readonly number[],
  response: Response,
  { scenario, vars }: User,
  thinkMs: number,
): Record<string, unknown> {
  const answeredMs = Date.now();
  const calledMs = vars.calledMs ?? answeredMs;
  const lateMs = vars.dueMs === undefined ? 0 : Math.max(0, calledMs - vars.dueMs);
  vars.dueMs = answeredMs + thinkMs;
  return recordCall({ flow: scenario.name, step, decided, calledMs, answeredMs, lateMs }, response);
}
