import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/read-body.ts';
import { type CallEntry, keptBody } from './call-record.ts';
import { BedrockFault, invalid } from './fault.ts';
import { type Format, FORMATS } from './formats.ts';
import { isObject, type Json, textOf, parseJson } from './json.ts';
import type { Api } from './model-call.ts';
import { factsOf, type ModelFacts } from './model-facts.ts';
import { regionOf, type Target } from './target.ts';

/** One request with everything that its answer needs. */
export type Exchange = Question & { response: ServerResponse; requestId: string };

/** What is asked of a model, alone or as a record of a batch job. */
export type Question = {
  entry: CallEntry;
  api: Api;
  does: Target['does'];
  streams: boolean;
  format: Format;
  model: string;
  region: string;
  facts: ModelFacts;
  body: Json;
  betaHeader: string;
};

const LARGEST_BODY_BYTES = 25 * 1024 * 1024;

/** Reads a request. Throws a fault if it is not signed, is no JSON, or names no model. */
export async function readExchange(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  { entry, requestId }: Pick<Exchange, 'entry' | 'requestId'>,
): Promise<Exchange> {
  const bytes = await readBody(request, LARGEST_BODY_BYTES);
  const region = regionOf(request.headers);
  if (!Buffer.isBuffer(bytes)) throw invalid('The request body is too large.');
  const text = bytes.toString('utf8');
  const body = parseJson(text);
  if (!isObject(body)) throw invalid('The request body must be a JSON object.');
  const model = target.model ?? textOf(body['model']);
  const { api, does } = target;
  const streams = target.streams ?? body['stream'] === true;
  Object.assign(entry, { api, model, region, streams, ...keptBody(text, body) });
  const facts = factsOf(model);
  if (facts === undefined) throw unknownModel(api, model);
  if (api === 'messages' && facts.family !== 'anthropic') throw unknownModel(api, model);
  return {
    response,
    requestId,
    entry,
    api,
    does,
    streams,
    format: FORMATS[api],
    model,
    region,
    facts,
    body,
    betaHeader: String(request.headers['anthropic-beta'] ?? ''),
  };
}

function unknownModel(api: Api, model: string): BedrockFault {
  if (model === '') return invalid('model: Field required');
  switch (api) {
    case 'messages':
      return new BedrockFault('notFound', `model: ${model}`);
    case 'chat':
    case 'responses':
      return new BedrockFault('notFound', `The model '${model}' does not exist`);
    default:
      return invalid('The provided model identifier is invalid.');
  }
}
