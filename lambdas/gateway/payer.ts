import * as z from 'zod';
import { aiRequest } from '../../contracts/ai-request.ts';
import { identifier } from '../../contracts/fields.ts';
import { plainMessage } from '../../contracts/plain-message.ts';
import { ProblemError } from '../../contracts/problem.ts';
import type { Caller } from '../../domain/access/caller.ts';
import {
  hintsOf,
  IDENTITY_HEADERS,
  type IdentityField,
  type RequestHeaders,
} from '../../domain/gateway/client-identity.ts';
import { decidePayer } from '../../domain/gateway/payer.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { GatewayRequest } from '../../services/gateway/gateway-request.ts';

const { system, userId, departmentId, operation, sessionId, severity, region, tags } =
  aiRequest.shape;
const { candidates, downgrade, workflowId, urgency, attempt, serviceTier } = aiRequest.shape;
const { minQuality, maxQualityLoss, maxLatencyMs } = aiRequest.shape;

/** What headers and members may state: who pays, and how the request may be served. */
const statedSchema = z
  .strictObject({
    system,
    userId,
    departmentId,
    operation,
    sessionId,
    workflowId,
    severity,
    region,
    tags,
    candidates,
    downgrade,
    minQuality,
    maxQualityLoss,
    maxLatencyMs,
    urgency,
    attempt,
    serviceTier,
  })
  .partial();

/** Members of Purser's own route that other formats have as headers. */
const OWN_MEMBERS = Object.keys(statedSchema.shape);

const isId = (text: string): boolean => identifier.safeParse(text).success;

/**
 * Who pays for a request, as `decidePayer` decides by what its headers, its body and the client's
 * own protocol say.
 * @throws ProblemError `invalid-request` naming the header or member, `forbidden` if the key may not
 *   act for them
 */
export function payerOf(
  caller: Caller,
  headers: RequestHeaders,
  body: JsonObject,
  isOwnRoute: boolean,
): GatewayRequest['payer'] {
  const decision = decidePayer(
    caller,
    {
      members: isOwnRoute ? checked(ownMembers(body), (field) => field) : {},
      headers: checked(statedIn(headers), headerOf),
      hints: hintsOf(headers, body, isId),
    },
    isId,
  );
  if (decision.ok) return decision.payer;
  const { because, field, message } = decision.refusal;
  throw new ProblemError(because, `${field}: ${message}`, { errors: [{ field, message }] });
}

function statedIn(headers: RequestHeaders): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.fromEntries(
    Object.entries(IDENTITY_HEADERS).flatMap(([field, header]) =>
      headers[header] === undefined ? [] : [[field, headers[header]]],
    ),
  );
  const { 'x-purser-tags': tagText, 'x-purser-downgrade': downgradeText } = headers;
  const { 'x-purser-candidates': candidateText, 'x-purser-max-quality-loss': lossText } = headers;
  if (tagText !== undefined) fields['tags'] = tagsIn(tagText);
  if (downgradeText !== undefined) fields['downgrade'] = downgradeText !== 'false';
  if (lossText !== undefined)
    fields['maxQualityLoss'] = lossText.trim() === '' ? NaN : Number(lossText);
  if (candidateText !== undefined) fields['candidates'] = listIn(candidateText);
  return fields;
}

const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** `project=apollo, customer=acme`. A part without `=` is refused by the schema. */
const tagsIn = (text: string): Record<string, unknown> =>
  Object.fromEntries(
    listIn(text).map((part) => {
      const mark = part.indexOf('=');
      return mark < 0
        ? [part, undefined]
        : [part.slice(0, mark).trim(), part.slice(mark + 1).trim()];
    }),
  );

/** Purser's own route takes the fields of an AI request. `system` as a list is Converse's prompt. */
function ownMembers(body: JsonObject): Record<string, unknown> {
  const members = Object.entries(body).filter(
    ([name]) => OWN_MEMBERS.includes(name) && !(name === 'system' && Array.isArray(body['system'])),
  );
  return Object.fromEntries(members);
}

/** @throws ProblemError naming what is wrong as the client calls it */
function checked(fields: Record<string, unknown>, nameOf: (field: string) => string) {
  const parsed = statedSchema.safeParse(fields, { error: plainMessage });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => {
    const [field = '', ...inner] = path.map(String);
    return { field: [nameOf(field), ...inner].join('.'), message };
  });
  const [first] = errors;
  throw new ProblemError('invalid-request', `${first?.field}: ${first?.message}`, { errors });
}

const OTHER_HEADERS = new Map([
  ['tags', 'x-purser-tags'],
  ['candidates', 'x-purser-candidates'],
  ['downgrade', 'x-purser-downgrade'],
  ['maxQualityLoss', 'x-purser-max-quality-loss'],
]);

const headerOf = (field: string): string =>
  Object.hasOwn(IDENTITY_HEADERS, field)
    ? IDENTITY_HEADERS[field as IdentityField]
    : (OTHER_HEADERS.get(field) ?? field);
