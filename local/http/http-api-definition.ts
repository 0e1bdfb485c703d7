import type { LocalTemplate } from '../template/local-template.ts';
import type { Route } from './route-table.ts';

/** One HTTP API of the template. */
export interface HttpApiDefinition {
  readonly apiId: string;
  /** `$default`, or the name that is every path's first segment. */
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
  readonly routes: readonly Route<RouteTarget>[];
  readonly cors: CorsConfiguration | undefined;
}

export interface RouteTarget {
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly authorizer: AuthorizerDefinition | undefined;
}

export interface AuthorizerDefinition {
  readonly id: string;
  readonly functionArn: string;
  /** `$request.header.Name`, `$request.querystring.name` or `$context.name`. */
  readonly identitySources: readonly string[];
  readonly resultTtlSeconds: number;
  readonly simpleResponses: boolean;
}

export interface CorsConfiguration {
  readonly AllowOrigins?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly AllowCredentials?: boolean;
  readonly MaxAge?: number;
}

interface RouteProperties {
  readonly ApiId: string;
  readonly RouteKey: string;
  readonly Target?: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: string;
}

interface IntegrationProperties {
  readonly IntegrationType?: string;
  readonly IntegrationUri?: string;
  readonly TimeoutInMillis?: number | string;
}

interface AuthorizerProperties {
  readonly AuthorizerType?: string;
  readonly AuthorizerUri?: string;
  readonly IdentitySource?: readonly string[];
  readonly AuthorizerResultTtlInSeconds?: number | string;
  readonly EnableSimpleResponses?: boolean | string;
}

interface StageProperties {
  readonly ApiId: string;
  readonly StageName?: string;
  readonly StageVariables?: Readonly<Record<string, string>>;
}

const longestTimeoutMs = 30_000;

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
    timeoutMs: Math.min(Number(integration?.TimeoutInMillis ?? longestTimeoutMs), longestTimeoutMs),
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
