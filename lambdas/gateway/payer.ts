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
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import { underCeiling } from '../../domain/severity.ts';
import type { GatewayRequest } from '../../services/gateway/gateway-request.ts';
import { requireMayActFor } from '../edge/access.ts';
import { namedRequest } from '../edge/naming.ts';

const { system, userId, departmentId, operation, sessionId, severity, region, tags } =
  aiRequest.shape;
const { candidates, downgrade, workflowId, urgency, serviceTier } = aiRequest.shape;
const { minQuality, maxQualityLoss, maxLatencyMs } = aiRequest.shape;

/** Who pays, and how the request may be served. */
const payerSchema = z.strictObject({
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
  serviceTier,
});

/** Members of Purser's own route that other formats have as headers. */
const OWN_MEMBERS = Object.keys(payerSchema.shape);

/** What a request is charged to if it names nothing: the gateway itself, and the key's person. */
const DEFAULT_SYSTEM = 'gateway';

const isId = (text: string): boolean => identifier.safeParse(text).success;

/**
 * Who pays for a request: what its headers say, else what the client's own protocol tells, else the
 * only one that its key may act for, else the key.
 * @throws ProblemError `invalid-request` naming the header, `forbidden` if the key may not act for
 *   them
 */
export function payerOf(
  caller: Caller,
  headers: RequestHeaders,
  body: JsonObject,
  isOwnRoute: boolean,
): GatewayRequest['payer'] {
  const own = isOwnRoute ? ownMembers(body) : {};
  const hints = hintsOf(headers, body, isId);
  const stated = { ...statedIn(headers), ...own };
  const agents = {
    ...(hints.agent === undefined ? {} : { agent: hints.agent }),
    ...(hints.parentAgent === undefined ? {} : { 'parent-agent': hints.parentAgent }),
  };
  const allTags = { ...agents, ...(stated['tags'] as Record<string, string> | undefined) };
  const parsed = payerSchema.safeParse(
    {
      system: caller.systems?.[0] ?? DEFAULT_SYSTEM,
      userId: hintedUser(caller, hints.userId),
      sessionId: hints.sessionId,
      ...stated,
      ...(Object.keys(allTags).length > 0 ? { tags: allTags } : {}),
    },
    { error: plainMessage },
  );
  if (!parsed.success) throw invalidHeader(parsed.error.issues, own);
  const payer = namedRequest(caller, underCeiling(parsed.data, caller.severityCeiling));
  requireMayActFor(caller, payer);
  return payer;
}

/** A hint never leads beyond what a key may do. */
function hintedUser({ users, actor }: Caller, hint: string | undefined): string {
  if (hint !== undefined && (users === undefined || users.includes(hint))) return hint;
  return users?.length === 1 ? (users[0] ?? actor) : actor;
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

function invalidHeader(issues: readonly z.core.$ZodIssue[], own: object): ProblemError {
  const errors = issues.map(({ path, message }) => {
    const [name = '', ...inner] = path.map(String);
    const header = Object.hasOwn(own, name) ? undefined : headerOf(name);
    return { field: [header ?? name, ...inner].join('.'), message };
  });
  const [first] = errors;
  return new ProblemError('invalid-request', first ? `${first.field}: ${first.message}` : '', {
    errors,
  });
}

const OTHER_HEADERS = new Map([
  ['tags', 'x-purser-tags'],
  ['candidates', 'x-purser-candidates'],
  ['downgrade', 'x-purser-downgrade'],
  ['maxQualityLoss', 'x-purser-max-quality-loss'],
]);

const headerOf = (field: string): string | undefined =>
  Object.hasOwn(IDENTITY_HEADERS, field)
    ? IDENTITY_HEADERS[field as IdentityField]
    : OTHER_HEADERS.get(field);
