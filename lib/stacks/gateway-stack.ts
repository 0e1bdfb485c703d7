import {
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import type { PurserConfig } from '../config.ts';
import { addRefusals } from '../constructs/gateway-refusals.ts';
import { GuardedAlarm } from '../constructs/guarded-alarm.ts';
import { addModelCaller } from '../constructs/model-caller.ts';
import { gatewayMetric, gatewayName } from '../constructs/metrics.ts';
import { PurserFunction } from '../constructs/purser-function.ts';
import type { DataStack } from './data-stack.ts';
import type { MessagingStack } from './messaging-stack.ts';

type Props = {
  config: PurserConfig;
  data: DataStack;
  messaging: MessagingStack;
  /** The functions that stream. */
  definitions: readonly FunctionDefinition[];
  /** Functions of other stacks, which may call models as well. */
  others: readonly PurserFunction[];
};

/** Every path of a REST API begins with its stage. */
const STAGE = 'live';
/** The longest that API Gateway streams. */
const TIMEOUT = Duration.minutes(15);

/**
 * The gateway: a regional REST API that passes on what its functions stream, as the HTTP API
 * cannot. Regional, because it then waits five minutes for the next byte instead of 30 seconds.
 */
export class GatewayStack extends Stack {
  readonly functions: readonly PurserFunction[];
  readonly api: RestApi;
  /** Is on while calls fail. Also ends a gradual shift to a new version. */
  readonly serverErrors: IAlarm;

  constructor(scope: Construct, id: string, stackProps: StackProps, props: Props) {
    super(scope, id, stackProps);
    const { config, messaging, definitions } = props;
    const { confidentialKey } = props.data;
    this.serverErrors = this.watchErrors(config, messaging);
    this.functions = definitions.map(
      (definition) =>
        new PurserFunction(this, {
          definition,
          config,
          outlets: messaging,
          confidentialKey,
          shiftAlarm: this.serverErrors,
        }),
    );
    const [caller, ...others] = [...this.functions, ...props.others].filter(({ definition }) =>
      definition.uses?.includes('bill:split'),
    );
    if (config.gateway.splitsBill && caller) {
      addModelCaller(this, config, [caller.role, ...others.map(({ role }) => role)]);
    }
    this.api = this.createApi(config);
    for (const served of this.functions) this.addRoutes(served);
    addRefusals(this.api);
    this.acknowledgeChecks();
    new CfnOutput(this, 'GatewayUrl', {
      value: `https://${this.api.restApiId}.execute-api.${this.region}.${this.urlSuffix}/${STAGE}`,
    });
  }

  private watchErrors(config: PurserConfig, { alarms }: MessagingStack): IAlarm {
    return new GuardedAlarm(this, 'ServerErrors', {
      alarmName: `${config.prefix}gateway-server-errors`,
      topic: alarms,
      metric: gatewayMetric(config, '5XXError', { statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 5,
      evaluationPeriods: 2,
      impact: 'Calls of models through the gateway fail: agents and applications stop.',
      runbook:
        'Find the status in the access log of the gateway. 502 and 504 come from its function: read its log group. Other numbers come from the providers of models: compare their regions.',
    });
  }

  private createApi(config: PurserConfig): RestApi {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/rest-api/${gatewayName(config)}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, 'RestApi', {
      restApiName: gatewayName(config),
      description: 'Purser: holds the money of each call of a model, and streams the answer',
      endpointTypes: [EndpointType.REGIONAL],
      // The account has one role for access logs, which `npm run deploy` checks.
      cloudWatchRole: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.NONE },
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: config.throttle.requestsPerSecond,
        throttlingBurstLimit: config.throttle.burst,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    // The library's own output of the same URL.
    api.node.tryRemoveChild('Endpoint');
    return api;
  }

  private addRoutes({ live, definition: { routes = [] } }: PurserFunction): void {
    const integration = new LambdaIntegration(live, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: TIMEOUT,
      // One permission for the API: with one for each route, the function's policy grows too large.
      scopePermissionToMethod: false,
    });
    for (const path of new Set(routes.map((route) => route.path))) {
      const resource = this.api.root.resourceForPath(path);
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
      for (const method of methods) resource.addMethod(method, integration);
      resource.addCorsPreflight({
        allowOrigins: ['*'],
        allowMethods: methods,
        // For a browser, `*` means every header but this one.
        allowHeaders: ['*', 'authorization'],
        maxAge: Duration.days(1),
      });
    }
  }

  private acknowledgeChecks(): void {
    const acknowledged = {
      APIG2: 'The function checks every request, and refuses in the form that its client reads.',
      APIG3: 'Callers prove themselves with a key; a firewall is an operator’s own choice.',
      APIG4: 'The function checks the key, so that a refusal has the form that its client reads.',
      APIG6: 'Execution logs hold requests and answers, and Purser stores no prompts.',
      COG4: 'The function checks the key, so that a refusal has the form that its client reads.',
    };
    for (const [rule, reason] of Object.entries(acknowledged)) {
      Validations.of(this.api).acknowledge({ id: `AwsSolutions-${rule}`, reason });
    }
  }
}

const ACCESS_LOG = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  path: '$context.path',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  error: '$context.error.responseType',
};
