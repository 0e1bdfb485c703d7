import type { LocalTemplate } from '../template/local-template.ts';
import type { HttpAnswer } from './http-response.ts';

/** How an API answers one type of refusal. */
export type RefusalTemplate = {
  statusCode: number | undefined;
  headers: Readonly<Record<string, string>>;
  /** A template of the body; without one, the body is API Gateway's own. */
  json: string | undefined;
};

/** The refusals of API Gateway that a local run can come to. */
const REFUSALS = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  /** The function failed, or did not answer as it must. */
  INTEGRATION_FAILURE: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
} as const;
export type Refusal = keyof typeof REFUSALS;

type GatewayResponseProperties = {
  RestApiId: string;
  ResponseType: string;
  StatusCode?: number | string;
  ResponseParameters?: Readonly<Record<string, string>>;
  ResponseTemplates?: Readonly<Record<string, string>>;
};

/** Reads an API's gateway responses, by their type. */
export const readRefusals = (
  template: LocalTemplate,
  apiId: string,
): ReadonlyMap<string, RefusalTemplate> =>
  new Map(
    template
      .ofType<GatewayResponseProperties>('AWS::ApiGateway::GatewayResponse')
      .filter(({ properties }) => properties.RestApiId === apiId)
      .map(({ properties }) => [properties.ResponseType, templateOf(properties)]),
  );

function templateOf(properties: GatewayResponseProperties): RefusalTemplate {
  const headers = Object.entries(properties.ResponseParameters ?? {}).map(([name, value]) => [
    name.replace('gatewayresponse.header.', '').toLowerCase(),
    unquoted(value),
  ]);
  const { StatusCode: statusCode, ResponseTemplates: templates = {} } = properties;
  return {
    statusCode: statusCode === undefined ? undefined : Number(statusCode),
    headers: Object.fromEntries(headers) as Record<string, string>,
    json: templates['application/json'],
  };
}

/** API Gateway's own refusal, by the template for its type, or else for its class. */
export function refusalAnswer(
  templates: ReadonlyMap<string, RefusalTemplate>,
  refusal: Refusal,
  requestId: string,
): HttpAnswer {
  const [status, message] = REFUSALS[refusal];
  const template =
    templates.get(refusal) ?? templates.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const values = new Map([
    ['$context.requestId', requestId],
    ['$context.error.message', message],
    ['$context.error.messageString', JSON.stringify(message)],
    ['$context.error.responseType', refusal],
  ]);
  const json = template?.json ?? '{"message":$context.error.messageString}';
  return {
    statusCode: template?.statusCode ?? status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': refusal,
      ...template?.headers,
    },
    body: json.replaceAll(/\$context\.[A-Za-z.]+/g, (name) => values.get(name) ?? name),
  };
}

/** Constants are in single quotes. */
export const unquoted = (text: string): string => text.replace(/^'(.*)'$/s, '$1');
