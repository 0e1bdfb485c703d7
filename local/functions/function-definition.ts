import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalTemplate, Resource } from '../template/local-template.ts';

/** A runnable function of the template. */
export type FunctionDefinition = {
  logicalId: string;
  name: string;
  arn: string;
  /** Folder with the built code. */
  codeDirectory: string;
  handler: string;
  environment: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  memoryMegabytes: number;
  /**
   * Environments kept warm, by alias or version. If there are any, the worker starts before the
   * first request.
   */
  provisioned: Readonly<Record<string, number>>;
  /** How failed asynchronous invocations are handled. */
  asyncRetries: number;
  onFailureArn?: string;
};

type FunctionProperties = {
  Code?: { S3Key?: string; ZipFile?: string };
  Handler?: string;
  Timeout?: number | string;
  MemorySize?: number | string;
  Environment?: { Variables?: Readonly<Record<string, unknown>> };
  DeadLetterConfig?: { TargetArn?: string };
};

type ConcurrencyProperties = {
  FunctionName?: string;
  ProvisionedConcurrencyConfig?: ProvisionedExecutions;
};

type ProvisionedExecutions = {
  ProvisionedConcurrentExecutions?: number | string;
};

type ScalableTargetProperties = { ResourceId: string; MinCapacity?: number | string };

type InvokeConfigProperties = {
  FunctionName?: string;
  MaximumRetryAttempts?: number | string;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
};

/**
 * Reads the functions of a template. Writes inline code to `inlineDirectory`. Throws an `Error` if
 * a function's code is not in the assembly.
 */
export function readFunctions(
  template: LocalTemplate,
  inlineDirectory: string,
): FunctionDefinition[] {
  const provisioned = readProvisioned(template);
  const invokeConfigs = new Map(
    template
      .ofType<InvokeConfigProperties>('AWS::Lambda::EventInvokeConfig')
      .map(({ properties }) => [functionNameOf(properties.FunctionName ?? ''), properties]),
  );
  return template.ofType<FunctionProperties>('AWS::Lambda::Function').map((resource) => {
    const { properties } = resource;
    const config = invokeConfigs.get(resource.name);
    const onFailureArn =
      config?.DestinationConfig?.OnFailure?.Destination ?? properties.DeadLetterConfig?.TargetArn;
    const variables = Object.entries(properties.Environment?.Variables ?? {});
    return {
      logicalId: resource.logicalId,
      name: resource.name,
      arn: resource.arn,
      codeDirectory: codeDirectory(resource, inlineDirectory),
      handler: properties.Handler ?? 'index.handler',
      environment: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMegabytes: Number(properties.MemorySize ?? 128),
      provisioned: provisioned.get(resource.name) ?? {},
      asyncRetries: Number(config?.MaximumRetryAttempts ?? 2),
      ...(onFailureArn !== undefined && { onFailureArn }),
    };
  });
}

/**
 * Provisioned concurrency by function, then by alias or version: what the alias or version states,
 * or the minimum of its scaling target.
 */
function readProvisioned(template: LocalTemplate): Map<string, Record<string, number>> {
  const counts = new Map<string, Record<string, number>>();
  const add = (functionName: string, qualifier: string, count: number | string | undefined) => {
    if (count === undefined) return;
    counts.set(functionName, { ...counts.get(functionName), [qualifier]: Number(count) });
  };
  const holders = template.ofType<ConcurrencyProperties>(
    'AWS::Lambda::Alias',
    'AWS::Lambda::Version',
  );
  for (const { name, properties } of holders) {
    const count = properties.ProvisionedConcurrencyConfig?.ProvisionedConcurrentExecutions;
    add(functionNameOf(properties.FunctionName ?? ''), name, count);
  }
  const targets = template.ofType<ScalableTargetProperties>(
    'AWS::ApplicationAutoScaling::ScalableTarget',
  );
  for (const { properties } of targets) {
    const [kind, functionName = '', qualifier = ''] = properties.ResourceId.split(':');
    if (kind === 'function') add(functionName, qualifier, properties.MinCapacity);
  }
  return counts;
}

/** Extracts the function's name from a name, an ARN, or an ARN with an alias or version. */
export function functionNameOf(nameOrArn: string): string {
  const match = /:function:([^:/]+)/.exec(nameOrArn);
  return match?.[1] ?? nameOrArn.split(':')[0] ?? nameOrArn;
}

function codeDirectory(resource: Resource<FunctionProperties>, inlineDirectory: string): string {
  const code = resource.properties.Code ?? {};
  if (code.ZipFile !== undefined) {
    const directory = join(inlineDirectory, resource.logicalId);
    mkdirSync(directory, { recursive: true });
    // Without its own package.json, the code would inherit the project's "type", unlike on Lambda.
    writeFileSync(join(directory, 'package.json'), '{}');
    writeFileSync(join(directory, 'index.js'), code.ZipFile);
    return directory;
  }
  const path = resource.stack.assets.get(code.S3Key ?? '');
  if (path === undefined) {
    throw new Error(`The code of function ${resource.logicalId} is not in the assembly.`);
  }
  return path;
}
