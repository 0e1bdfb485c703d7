import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import type { FunctionDefinition } from '../lambdas/function-definition.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';
import { configFor, type PurserEnvironment, type Overrides, stackName } from './config.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { GatewayStack } from './stacks/gateway-stack.ts';
import { MessagingStack } from './stacks/messaging-stack.ts';
import { MonitoringStack } from './stacks/monitoring-stack.ts';
import { ProcessingStack } from './stacks/processing-stack.ts';

type Options = {
  environments: readonly PurserEnvironment[];
  overrides?: Overrides;
  /** AWS account. Without it, the templates fit any account. */
  account?: string | undefined;
  /** Output folder of the cloud assembly. */
  outdir?: string;
  /** Skips cdk-nag and template validation for a faster start. */
  skipChecks?: true;
};

/**
 * The CDK application: the stacks of each environment, checked by cdk-nag's AwsSolutions during
 * synthesis. Requires built functions (`bin/build.ts`).
 */
export function createApp(options: Options): App {
  const { environments, overrides, account, outdir, skipChecks } = options;
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: !skipChecks,
    context: featureFlags(),
    ...(outdir === undefined ? {} : { outdir }),
  });
  if (!skipChecks) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const environment of environments) {
    addEnvironment(app, environment, { overrides, account });
  }
  return app;
}

function addEnvironment(
  app: App,
  environment: PurserEnvironment,
  { overrides, account }: Pick<Options, 'overrides' | 'account'>,
): void {
  const config = configFor(environment, overrides);
  const env: Environment = { region: config.region, ...(account === undefined ? {} : { account }) };
  const named = (part: string) =>
    [app, stackName(environment, part), { env, tags: config.tags }] as const;

  const data = new DataStack(...named('Data'), config);
  const messaging = new MessagingStack(...named('Messaging'), config);
  const api = new ApiStack(...named('Api'), { config, data, messaging });
  const processing = new ProcessingStack(...named('Processing'), { config, data, messaging });
  const definitions = FUNCTIONS.filter(({ streams }: FunctionDefinition) => streams);
  const gateway = new GatewayStack(...named('Gateway'), {
    config,
    data,
    messaging,
    definitions,
    others: processing.functions,
  });
  new MonitoringStack(...named('Monitoring'), { config, api, gateway, processing, messaging });
  api.addStackDependency(data);
  gateway.addStackDependency(data);
}

/**
 * The CDK command passes these itself, but tests and tools that synthesize directly must set them.
 */
function featureFlags(): Record<string, unknown> {
  const path = join(import.meta.dirname, '../cdk.json');
  return cdkJson.parse(JSON.parse(readFileSync(path, 'utf8'))).context;
}

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
