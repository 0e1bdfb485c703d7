import type { LocalTemplate } from '../template/local-template.ts';
import type { HttpAnswer } from './http-response.ts';
import { type RefusalTemplate, readRefusals, unquoted } from './rest-refusals.ts';
import type { Route } from './route-table.ts';

/** One REST API of the template. */
export type RestApiDefinition = {
  apiId: string;
  name: string;
  /** On AWS, the first segment of every path. */
  stage: string;
  stageVariables: Readonly<Record<string, string>> | undefined;
  routes: readonly Route<RestTarget>[];
  /** By the type of gateway response, such as `DEFAULT_4XX`. */
  refusals: ReadonlyMap<string, RefusalTemplate>;
};

export type RestTarget = {
  /** The path with its parameters, such as `/model/{id}`. */
  resource: string;
  resourceId: string;
} & (
  | { kind: 'function'; functionArn: string; timeoutMs: number }
  | { kind: 'mock'; answer: HttpAnswer }
);

type ResourceProperties = { RestApiId: string; ParentId: string; PathPart: string };

type MethodProperties = {
  RestApiId: string;
  ResourceId: string;
  HttpMethod: string;
  AuthorizationType?: string;
  ApiKeyRequired?: boolean | string;
  Integration?: {
    Type?: string;
    Uri?: string;
    TimeoutInMillis?: number | string;
    ResponseTransferMode?: string;
    IntegrationResponses?: readonly {
      StatusCode?: number | string;
      ResponseParameters?: Readonly<Record<string, string>>;
    }[];
  };
};

type StageProperties = {
  RestApiId: string;
  StageName?: string;
  Variables?: Readonly<Record<string, string>>;
};

const DEFAULT_TIMEOUT_MS = 29_000;

/**
 * Reads the REST APIs of a template: functions that stream their answers, and mock integrations for
 * CORS, all without authorization. Throws an `Error` that names the method for anything else.
 */
export function readRestApis(template: LocalTemplate): RestApiDefinition[] {
  const resources = template.ofType<ResourceProperties>('AWS::ApiGateway::Resource');
  const byId = new Map(resources.map((resource) => [resource.ref, resource.properties]));
  const pathOf = (id: string): string => {
    const resource = byId.get(id);
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  const methods = template.ofType<MethodProperties>('AWS::ApiGateway::Method');
  const stages = template.ofType<StageProperties>('AWS::ApiGateway::Stage');
  return template.ofType('AWS::ApiGateway::RestApi').map(({ ref: apiId, name }) => {
    const stage = stages.find(({ properties }) => properties.RestApiId === apiId)?.properties;
    return {
      apiId,
      name,
      stage: stage?.StageName ?? 'prod',
      stageVariables: stage?.Variables,
      routes: methods
        .filter(({ properties }) => properties.RestApiId === apiId)
        .map(({ properties }) => routeOf(properties, pathOf(properties.ResourceId) || '/')),
      refusals: readRefusals(template, apiId),
    };
  });
}

function routeOf(method: MethodProperties, resource: string): Route<RestTarget> {
  const key = `${method.HttpMethod} ${resource}`;
  const { AuthorizationType: authorization = 'NONE', ApiKeyRequired, Integration = {} } = method;
  if (authorization !== 'NONE' || String(ApiKeyRequired) === 'true') {
    throw new Error(
      `Method "${key}" asks for authorization; the local run serves REST APIs without it only.`,
    );
  }
  const place = { resource, resourceId: method.ResourceId };
  if (Integration.Type === 'MOCK') {
    return { key, target: { ...place, kind: 'mock', answer: mockAnswer(Integration) } };
  }
  const functionArn = /arn:aws:lambda:[^/]+/.exec(Integration.Uri ?? '')?.[0];
  if (Integration.Type !== 'AWS_PROXY' || functionArn === undefined) {
    throw new Error(`Method "${key}" does not lead to a function.`);
  }
  if (Integration.ResponseTransferMode !== 'STREAM') {
    throw new Error(
      `Method "${key}" buffers its answer; the local run serves REST APIs that stream only.`,
    );
  }
  const timeoutMs = Number(Integration.TimeoutInMillis ?? DEFAULT_TIMEOUT_MS);
  return { key, target: { ...place, kind: 'function', functionArn, timeoutMs } };
}

function mockAnswer({
  IntegrationResponses: [response] = [],
}: NonNullable<MethodProperties['Integration']>): HttpAnswer {
  const headers = Object.entries(response?.ResponseParameters ?? {}).map(([name, value]) => [
    name.replace('method.response.header.', '').toLowerCase(),
    unquoted(value),
  ]);
  return {
    statusCode: Number(response?.StatusCode ?? 200),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: '',
  };
}
