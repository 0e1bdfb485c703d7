import type { LocalTemplate } from '../template/local-template.ts';
import type { Route } from './route-table.ts';

/** One HTTP API of the template. */
export type HttpApiDefinition = {
  apiId: string;
  /** `$default`, or the name that is every path's first segment. */
  stage: string;
  stageVariables: Readonly<Record<string, string>> | undefined;
  routes: readonly Route<RouteTarget>[];
  cors: CorsConfiguration | undefined;
};

export type RouteTarget = {
  functionArn: string;
  timeoutMs: number;
  authorizer: AuthorizerDefinition | undefined;
};

export type AuthorizerDefinition = {
  id: string;
  functionArn: string;
  /** `$request.header.Name`, `$request.querystring.name` or `$context.name`. */
  identitySources: readonly string[];
  resultTtlSeconds: number;
  simpleResponses: boolean;
};

export type CorsConfiguration = {
  AllowOrigins?: readonly string[];
  AllowMethods?: readonly string[];
  AllowHeaders?: readonly string[];
  ExposeHeaders?: readonly string[];
  AllowCredentials?: boolean;
  MaxAge?: number;
};

type RouteProperties = {
  ApiId: string;
  RouteKey: string;
  Target?: string;
  AuthorizationType?: string;
  AuthorizerId?: string;
};

type IntegrationProperties = {
  IntegrationType?: string;
  IntegrationUri?: string;
  TimeoutInMillis?: number | string;
};

type AuthorizerProperties = {
  AuthorizerType?: string;
  AuthorizerUri?: string;
  IdentitySource?: readonly string[];
  AuthorizerResultTtlInSeconds?: number | string;
  EnableSimpleResponses?: boolean | string;
};

type StageProperties = {
  ApiId: string;
  StageName?: string;
  StageVariables?: Readonly<Record<string, string>>;
};

const LONGEST_TIMEOUT_MS = 30_000;

/**
 * Reads the HTTP APIs of a template. Supports only Lambda integrations and Lambda authorizers.
 * Throws an `Error` that names the route for anything else, because leaving a route out or
 * unprotected would be misleading.
 */
export function readHttpApis(template: LocalTemplate): HttpApiDefinition[] {
  const integrations = byReference<IntegrationProperties>(template, 'Integration');
  const authorizers = byReference<AuthorizerProperties>(template, 'Authorizer');
  const stages = template.ofType<StageProperties>('AWS::ApiGatewayV2::Stage');
  const routes = template.ofType<RouteProperties>('AWS::ApiGatewayV2::Route');
  return template
    .ofType<{ CorsConfiguration?: CorsConfiguration }>('AWS::ApiGatewayV2::Api')
    .map((api) => {
      const own = stages.filter((stage) => stage.properties.ApiId === api.ref);
      const stage = own.find((s) => s.properties.StageName === '$default') ?? own[0];
      return {
        apiId: api.ref,
        stage: stage?.properties.StageName ?? '$default',
        stageVariables: stage?.properties.StageVariables,
        cors: api.properties.CorsConfiguration,
        routes: routes
          .filter((route) => route.properties.ApiId === api.ref)
          .map(({ properties }) => ({
            key: properties.RouteKey,
            target: readTarget(properties, integrations, authorizers),
          })),
      };
    });
}

function readTarget(
  route: RouteProperties,
  integrations: ReadonlyMap<string, IntegrationProperties>,
  authorizers: ReadonlyMap<string, AuthorizerProperties>,
): RouteTarget {
  const integration = integrations.get(route.Target?.replace('integrations/', '') ?? '');
  const functionArn = functionArnIn(integration?.IntegrationUri ?? '');
  if (functionArn === undefined) {
    throw new Error(`Route "${route.RouteKey}" does not lead to a function.`);
  }
  return {
    functionArn,
    timeoutMs: Math.min(
      Number(integration?.TimeoutInMillis ?? LONGEST_TIMEOUT_MS),
      LONGEST_TIMEOUT_MS,
    ),
    authorizer: readAuthorizer(route, authorizers),
  };
}

function readAuthorizer(
  route: RouteProperties,
  authorizers: ReadonlyMap<string, AuthorizerProperties>,
): AuthorizerDefinition | undefined {
  if (route.AuthorizationType === undefined || route.AuthorizationType === 'NONE') return undefined;
  const id = route.AuthorizerId ?? '';
  const authorizer = authorizers.get(id);
  const functionArn = functionArnIn(authorizer?.AuthorizerUri ?? '');
  if (authorizer === undefined || functionArn === undefined) {
    throw new Error(
      `Route "${route.RouteKey}" asks for ${route.AuthorizationType} authorization; the local run serves Lambda authorizers only.`,
    );
  }
  return {
    id,
    functionArn,
    identitySources: authorizer.IdentitySource ?? [],
    resultTtlSeconds: Number(authorizer.AuthorizerResultTtlInSeconds ?? 300),
    simpleResponses: String(authorizer.EnableSimpleResponses) === 'true',
  };
}

function functionArnIn(uri: string): string | undefined {
  return /arn:aws:lambda:[^/]+/.exec(uri)?.[0];
}

function byReference<Properties>(
  template: LocalTemplate,
  type: string,
): ReadonlyMap<string, Properties> {
  const resources = template.ofType<Properties>(`AWS::ApiGatewayV2::${type}`);
  return new Map(resources.map((resource) => [resource.ref, resource.properties]));
}
