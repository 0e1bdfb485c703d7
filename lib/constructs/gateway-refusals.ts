import { type ResponseType as Type, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

type Refusal = {
  types: readonly Type[];
  /** Instead of API Gateway's own. */
  statusCode?: string;
  error: { type: string; code: string; message: string };
  isWorthARetry: boolean;
  headers?: Record<string, string>;
};

/**
 * What API Gateway answers without asking the function. Clients of OpenAI read `error.message`,
 * `error.type` and `error.code`, clients of Anthropic `type` and `error.type`; the SDKs of both obey
 * `x-should-retry`.
 */
const REFUSALS: readonly Refusal[] = [
  {
    // For a path without a route, API Gateway asks for a signature, or finds fault with the key.
    types: [ResponseType.MISSING_AUTHENTICATION_TOKEN, ResponseType.INVALID_SIGNATURE],
    statusCode: '404',
    error: {
      type: 'not_found_error',
      code: 'not_found',
      message: 'Nothing is at this path. Compare the base URL of your client with docs/gateway.md.',
    },
    isWorthARetry: false,
  },
  {
    types: [ResponseType.THROTTLED],
    error: {
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      message: 'The gateway receives too many requests at once. Retry shortly.',
    },
    isWorthARetry: true,
    headers: { 'retry-after': '1' },
  },
  {
    types: [ResponseType.REQUEST_TOO_LARGE],
    error: {
      type: 'request_too_large',
      code: 'request_too_large',
      // Claude Code shortens its conversation at the token in brackets.
      message:
        'The request is larger than 10 MB. Send fewer or smaller images and documents (capability_rejected: prompt_too_long).',
    },
    isWorthARetry: false,
  },
  {
    types: [ResponseType.INTEGRATION_TIMEOUT],
    error: {
      type: 'api_error',
      code: 'timeout',
      message: 'The model did not answer in time. The answer may still be charged.',
    },
    isWorthARetry: false,
  },
  {
    types: [ResponseType.DEFAULT_4XX],
    error: {
      type: 'invalid_request_error',
      code: 'invalid_request',
      message: 'API Gateway cannot accept this request.',
    },
    isWorthARetry: false,
  },
  {
    types: [ResponseType.DEFAULT_5XX],
    error: {
      type: 'api_error',
      code: 'internal_error',
      message: 'The gateway failed. Retry shortly.',
    },
    isWorthARetry: true,
  },
];

/** Makes API Gateway's own refusals readable to the clients of models, in browsers too. */
export function addRefusals(api: RestApi): void {
  for (const { types, statusCode, error, isWorthARetry, headers } of REFUSALS) {
    for (const type of types) {
      api.addGatewayResponse(type.responseType, {
        type,
        ...(statusCode === undefined ? {} : { statusCode }),
        responseHeaders: quoted({
          'x-should-retry': String(isWorthARetry),
          'access-control-allow-origin': '*',
          'access-control-expose-headers': '*',
          ...headers,
        }),
        templates: {
          'application/json': JSON.stringify({
            type: 'error',
            error: { ...error, param: null },
            request_id: '$context.requestId',
          }),
        },
      });
    }
  }
}

/** API Gateway writes constants in single quotes. */
const quoted = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
