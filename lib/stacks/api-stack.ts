import {
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { PurserConfig } from '../config.ts';
import { PurserFunction } from '../constructs/purser-function.ts';
import type { DataStack } from './data-stack.ts';
import type { MessagingStack } from './messaging-stack.ts';

type Props = { config: PurserConfig; data: DataStack; messaging: MessagingStack };

/** The HTTP API, its authorizer, and every function that serves one of its routes. */
export class ApiStack extends Stack {
  readonly functions: readonly PurserFunction[];
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, stackProps: StackProps, props: Props) {
    super(scope, id, stackProps);
    const { config, messaging } = props;
    const { confidentialKey } = props.data;
    this.functions = FUNCTIONS.filter(
      ({ routes, authorizer, streams }: FunctionDefinition) => (routes ?? authorizer) && !streams,
    ).map(
      (definition) =>
        new PurserFunction(this, { definition, config, outlets: messaging, confidentialKey }),
    );
    this.api = new HttpApi(this, 'HttpApi', {
      apiName: `${config.prefix}api`,
      description:
        'Purser: predicts, reserves, settles, watches and explains what AI requests cost',
      createDefaultStage: false,
    });
    const stage = this.addStage(config);
    const authorizer = this.createAuthorizer(config);
    const routes = this.functions.flatMap((served) => this.addRoutes(served, authorizer));
    throttlePublicRoutes(stage, routes);
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint });
  }

  private createAuthorizer(config: PurserConfig): HttpLambdaAuthorizer {
    const [authorizer] = this.functions.filter(({ definition }) => definition.authorizer);
    if (!authorizer) throw new Error('no function is the authorizer');
    return new HttpLambdaAuthorizer('Authorizer', authorizer.live, {
      authorizerName: `${config.prefix}authorizer`,
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.seconds(config.authorizerCacheSeconds),
    });
  }

  private addRoutes(served: PurserFunction, authorizer: IHttpRouteAuthorizer): ServedRoute[] {
    const { name, routes, public: isPublic } = served.definition;
    const integration = new HttpLambdaIntegration(`${name}-integration`, served.live, {
      // One permission for the API: with one for each route, the stack has too many resources. It
      // names a method and a path, which the route of everything else has not.
      scopePermissionToRoute: routes?.some(({ path }) => path === '$default') ?? false,
    });
    return (routes ?? []).map(({ method, path }) => {
      const route = new HttpRoute(this, `${method} ${path}`, {
        httpApi: this.api,
        routeKey:
          path === '$default' ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, HttpMethod[method]),
        integration,
        authorizer: isPublic ? new HttpNoneAuthorizer() : authorizer,
      });
      if (isPublic) {
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason:
            'Public on purpose: it reveals nothing about any organization and changes nothing.',
        });
      }
      const key = path === '$default' ? path : `${method} ${path}`;
      return { key, route, isPublic: isPublic === true };
    });
  }

  private addStage(config: PurserConfig): HttpStage {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      // Under this prefix, API Gateway need not extend a resource policy that has a size limit.
      logGroupName: `/aws/vendedlogs/http-api/${config.prefix}api`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: {
        rateLimit: config.throttle.requestsPerSecond,
        burstLimit: config.throttle.burst,
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }
}

type ServedRoute = { key: string; route: HttpRoute; isPublic: boolean };

/** Public routes have a separate limit, because their callers are anonymous. */
const PUBLIC_THROTTLE = { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 };

/**
 * The stage's throttle covers all routes together, so a flood on public routes must not use it up.
 */
function throttlePublicRoutes(stage: HttpStage, routes: ServedRoute[]): void {
  const open = routes.filter(({ isPublic }) => isPublic);
  const { defaultChild } = stage.node;
  if (!(defaultChild instanceof CfnStage)) throw new Error('the stage is not of CloudFormation');
  defaultChild.routeSettings = Object.fromEntries(open.map(({ key }) => [key, PUBLIC_THROTTLE]));
  // API Gateway rejects settings for a route that does not exist yet.
  stage.node.addDependency(...open.map(({ route }) => route));
}

const ACCESS_LOG = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
  organization: '$context.authorizer.organizationId',
  actor: '$context.authorizer.actor',
};
