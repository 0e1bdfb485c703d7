import { ProblemError } from '../../contracts/problem.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { countTokensBody } from '../../contracts/wire-bodies.ts';
import { type Call, type Caller, ROLES } from '../../domain/access/caller.ts';
import type { ClientFamily, Envelope } from '../../domain/gateway/envelopes.ts';
import { envelopeOf } from '../../domain/gateway/envelopes.ts';
import { forwardedHeaders, type RequestHeaders } from '../../domain/gateway/client-identity.ts';
import { codexError, isCodex } from '../../domain/gateway/codex.ts';
import { failureOfProblem } from '../../domain/gateway/failure.ts';
import { isWirePath, WIRES } from '../../domain/gateway/wire.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import type { CredentialDeps } from '../../services/access/verify-credential.ts';
import { countCallTokens } from '../../services/gateway/count-call-tokens.ts';
import { CallFailedError } from '../../services/gateway/open-call.ts';
import {
  findModel,
  type ListedModel,
  listModels,
  type ListModelsDeps,
} from '../../services/gateway/list-models.ts';
import { type TemplateDeps, templatedCall } from '../../services/prompts/use-template.ts';
import type { QuotaKeeper } from '../../services/quotas/quota-keeper.ts';
import { type Asked, reportProblem, reportUnserved } from '../edge/report-problem.ts';
import { admitRequest } from '../edge/request-quota.ts';
import type { RestEvent, StreamedAnswer, StreamedHandler } from '../edge/streamed-response.ts';
import { clientAnswer } from './client-answer.ts';
import { createIdentify, requireRole, SPENDERS } from './identify.ts';
import { anthropicModel, anthropicModels, openAiModel, openAiModels } from './list-models.ts';
import { payerOf } from './payer.ts';
import { decoded, readBody, readCall } from './read-call.ts';
import { type QueuingDeps, serveOrQueue } from './serve-or-queue.ts';

export type HandlerDeps = QueuingDeps &
  ListModelsDeps &
  CredentialDeps &
  TemplateDeps & { quotas: QuotaKeeper; rememberedMs: number };

/** Serves every route of the gateway, and answers errors in the shape that its clients understand. */
export function createHandler(deps: HandlerDeps): StreamedHandler {
  const { telemetry } = deps;
  const identify = createIdentify(deps);
  return async (event, streamed) => {
    const startedMs = performance.now();
    const { answer, status } = watched(streamed);
    const { requestId } = event.requestContext;
    const asked = { requestId, route: `${event.httpMethod} ${event.resource}` };
    try {
      await serve(deps, identify, event, answer);
    } catch (error) {
      const client = { family: familyOf(event.resource), headers: lowerCase(event.headers) };
      const envelope = envelopeOfError(telemetry, asked, client, error);
      if (status() === undefined) {
        const { headers, body } = envelope;
        answer
          .begin(envelope.status, { 'x-purser-request-id': requestId, ...headers })
          .end(typeof body === 'string' ? body : JSON.stringify(body));
      }
    }
    await Promise.all([deps.router.flush(), deps.responses.flush()]);
    const latencyMs = Math.round((performance.now() - startedMs) * 100) / 100;
    telemetry.info('REQUEST_ANSWERED', { ...asked, status: status() ?? 0, latencyMs });
  };
}

async function serve(
  deps: HandlerDeps,
  identify: ReturnType<typeof createIdentify>,
  event: RestEvent,
  answer: StreamedAnswer,
): Promise<void> {
  const { resource } = event;
  const headers = lowerCase(event.headers);
  const { requestId, identity } = event.requestContext;
  const caller = await identify(headers, identity.sourceIp);
  const isCall = isWirePath(resource);
  const roles = isCall ? SPENDERS : ROLES;
  const method = isCall ? 'POST' : 'GET';
  const quota = await admitRequest(deps.quotas, caller, { method, roles });
  requireRole(caller, roles);
  const nowMs = deps.now();
  if (isCall) {
    const wire = WIRES[resource];
    const { template, ...read } = readCall(wire, event, { caller, headers, requestId, nowMs });
    const call = await templatedCall(deps, read.call, read, { use: template });
    const client = clientAnswer(wire, answer, quota);
    const queued = await serveOrQueue(deps, { ...call, call: { ...caller, nowMs } }, client);
    if (queued) {
      const type = { 'content-type': 'application/json', 'x-purser-request-id': requestId };
      answer
        .begin(202, { ...quota, ...type, 'x-purser-decision': 'queue' })
        .end(JSON.stringify(queued));
    }
    return;
  }
  const json = await readFree(deps, event, { call: { ...caller, nowMs }, headers });
  const type = { 'content-type': 'application/json', 'x-purser-request-id': requestId };
  answer.begin(200, { ...quota, ...type }).end(JSON.stringify(json));
}

/** The APIs whose models each list names. */
const LISTED: Record<'openai' | 'anthropic', readonly ModelApi[]> = {
  openai: ['chat', 'responses', 'embeddings'],
  anthropic: ['messages'],
};

/** Answers routes that cost nothing. */
async function readFree(
  deps: HandlerDeps,
  event: RestEvent,
  { call, headers }: { call: Caller & Call; headers: RequestHeaders },
): Promise<object> {
  const queryOf = (family: keyof typeof LISTED) => ({
    payer: payerOf(call, headers, {}, false),
    apis: LISTED[family],
  });
  const list = (family: keyof typeof LISTED): Promise<ListedModel[]> =>
    listModels(deps, call, queryOf(family));
  const named = async (family: keyof typeof LISTED): Promise<ListedModel> => {
    const name = decoded(event.pathParameters?.['model'] ?? '');
    const model = await findModel(deps, call, queryOf(family), name);
    if (model) return model;
    throw new ProblemError('not-found', `There is no model ${name} here.`);
  };
  switch (`${event.httpMethod} ${event.resource}`) {
    case 'GET /openai/v1/models':
      return openAiModels(await list('openai'));
    case 'GET /openai/v1/models/{model}':
      return openAiModel(await named('openai'));
    case 'GET /anthropic/v1/models':
      return anthropicModels(await list('anthropic'), event);
    case 'GET /anthropic/v1/models/{model}':
      return anthropicModel(await named('anthropic'));
    case 'POST /anthropic/v1/messages/count_tokens': {
      const body = readBody(countTokensBody, event);
      const model = String(body['model']);
      const sent = { model, body, headers: forwardedHeaders(headers) };
      return { input_tokens: await countCallTokens(deps, call, sent) };
    }
    default:
      throw new ProblemError('not-found', 'Nothing is at this path.');
  }
}

const lowerCase = (headers: RestEvent['headers']) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );

/** Whose clients call a path. */
function familyOf(path: string): ClientFamily {
  if (isWirePath(path)) return WIRES[path].family;
  return path.startsWith('/anthropic/') ? 'anthropic' : 'openai';
}

/** Notes the status with which an answer begins. */
function watched(streamed: StreamedAnswer) {
  let status: number | undefined;
  const begin: StreamedAnswer['begin'] = (code, headers) => {
    status = code;
    return streamed.begin(code, headers);
  };
  return { answer: { ...streamed, begin }, status: () => status };
}

type AnyEnvelope = Omit<Envelope, 'body'> & { body: Envelope['body'] | string };
type Client = { family: ClientFamily; headers: RequestHeaders };

/** Returns a function that reports an error to operators and answers it in the client's own format. */
function envelopeOfError(
  telemetry: Telemetry,
  asked: Asked,
  { family, headers }: Client,
  error: unknown,
): AnyEnvelope {
  const isCall = error instanceof CallFailedError;
  const failure = isCall ? error.failure : failureOfProblem(reportProblem(telemetry, asked, error));
  const { status, code: problem } = failure;
  if (isCall) reportUnserved(telemetry, asked, { status, problem, error });
  const raw = isCall ? error.raw : undefined;
  const plain: AnyEnvelope = raw
    ? { status: raw.status, headers: raw.headers, body: raw.text }
    : envelopeOf(family, failure, asked.requestId);
  const shown = family === 'openai' && isCodex(headers) ? codexError(plain, failure) : plain;
  return { ...shown, headers: { ...(isCall ? error.headers : {}), ...shown.headers } };
}
