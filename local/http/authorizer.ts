import type { InvocationResult } from '../functions/function-host.ts';
import { accountId, region } from '../template/resource-identity.ts';
import type { AuthorizerDefinition } from './http-api-definition.ts';
import type { HttpEvent } from './http-event.ts';
import { ownValue } from '../own-value.ts';

/** An authorizer's decision about a request. */
export type Authorization =
  { allowed: true; context: unknown } | { allowed: false; statusCode: 401 | 403 | 500 };

export type AuthorizerOptions = {
  invoke: (functionArn: string, event: string) => Promise<InvocationResult>;
  now: () => number;
};

/** Decides whether a request may pass. */
export type Authorizer = (
  definition: AuthorizerDefinition,
  event: HttpEvent,
) => Promise<Authorization> | Authorization;

type Remembered = {
  decision: Promise<Authorization> | Authorization;
  until: number;
};

type AuthorizerResponse = {
  isAuthorized?: unknown;
  context?: unknown;
  policyDocument?: {
    Statement?: readonly {
      Effect?: string;
      Resource?: string | readonly string[];
    }[];
  };
};

const CACHE_SIZE = 10_000;

/**
 * Runs Lambda authorizers of payload format 2.0. Caches decisions by identity source for the
 * authorizer's time to live, as AWS does. Concurrent requests share one decision.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const cache = new Map<string, Remembered>();
  return (definition, event) => {
    const identity = definition.identitySources.map((source) => readSource(source, event));
    if (identity.some((value) => value === undefined || value === '')) {
      return { allowed: false, statusCode: 401 };
    }
    const lifeMs = definition.resultTtlSeconds * 1000;
    // Without an identity source, requests cannot be told apart.
    if (lifeMs === 0 || identity.length === 0) return decide(options, definition, event, identity);
    const key = JSON.stringify([definition.id, ...identity]);
    const now = options.now();
    const cached = cache.get(key);
    if (cached !== undefined && cached.until > now) return cached.decision;
    const decision = decide(options, definition, event, identity);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
    cache.delete(key);
    cache.set(key, { decision, until: now + lifeMs });
    void decision.then((made) => {
      // A failure of the authorizer itself is not a decision.
      if (!made.allowed && made.statusCode !== 403) cache.delete(key);
      else if (cache.has(key)) cache.set(key, { decision: made, until: now + lifeMs });
    });
    return decision;
  };
}

async function decide(
  options: AuthorizerOptions,
  definition: AuthorizerDefinition,
  event: HttpEvent,
  identitySource: readonly (string | undefined)[],
): Promise<Authorization> {
  const { apiId, stage, http } = event.requestContext;
  const routeArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${http.method}${http.path}`;
  const { body: _body, isBase64Encoded: _encoded, ...rest } = event;
  const result = await options.invoke(
    definition.functionArn,
    JSON.stringify({ ...rest, type: 'REQUEST', routeArn, identitySource }),
  );
  if (!result.ok) {
    const unauthorized = result.error.errorMessage === 'Unauthorized';
    return { allowed: false, statusCode: unauthorized ? 401 : 500 };
  }
  const response = JSON.parse(result.payload) as AuthorizerResponse | null;
  if (typeof response !== 'object' || response === null) return { allowed: false, statusCode: 500 };
  const allowed = definition.simpleResponses
    ? response.isAuthorized === true
    : allows(response, routeArn);
  return allowed
    ? { allowed: true, context: response.context ?? {} }
    : { allowed: false, statusCode: 403 };
}

function allows(response: AuthorizerResponse, routeArn: string): boolean {
  const matching = (response.policyDocument?.Statement ?? []).filter((statement) =>
    [statement.Resource ?? []].flat().some((resource) => glob(resource).test(routeArn)),
  );
  return (
    matching.some((statement) => statement.Effect === 'Allow') &&
    !matching.some((statement) => statement.Effect === 'Deny')
  );
}

function glob(pattern: string): RegExp {
  const escaped = RegExp.escape(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${escaped}$`);
}

function readSource(source: string, event: HttpEvent): string | undefined {
  const [, kind, name] =
    /^\$(request\.header|request\.querystring|context)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) return undefined;
  if (kind === 'request.header') return ownValue(event.headers, name.toLowerCase());
  if (kind === 'request.querystring') return ownValue(event.queryStringParameters, name);
  return name === 'routeKey' ? event.routeKey : event.requestContext.stage;
}
