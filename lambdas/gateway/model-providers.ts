import { createBedrockRuntime } from '../../aws/bedrock-runtime.ts';
import type { ProviderSettings } from '../../aws/environment.ts';
import { connectionMetrics } from '../../aws/http/connection-metrics.ts';
import { createOwnProviders } from '../../aws/openai-provider.ts';
import { createSecretReader } from '../../aws/secrets.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { ProviderClient } from '../../domain/gateway/provider-client.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';

type World = { now: () => number; telemetry: Telemetry };

/**
 * Amazon Bedrock, and the providers that organizations added.
 * @param roleArn of the role that names departments, where the deployment splits its bill
 */
export async function createModelProviders(
  { roleArn, providers }: { roleArn: string | undefined; providers: ProviderSettings },
  world: World,
): Promise<(endpoint: Endpoint) => Promise<ProviderClient>> {
  const { privateHosts, maxConnections, ...timeouts } = providers;
  const limits = { ...timeouts, maxSockets: maxConnections };
  const bedrock = createBedrockRuntime({
    credentials: roleArn === undefined ? undefined : await departmentCredentials(roleArn, world),
    limits,
    onUse: connectionMetrics(world.telemetry, 'bedrock'),
  });
  const ownProvider = createOwnProviders({
    secrets: createSecretReader(),
    privateHosts,
    limits,
    onUse: connectionMetrics(world.telemetry, 'own'),
  });
  return async ({ address }) => (address ? ownProvider(address) : bedrock);
}

/** Loaded only where the bill is split, because the SDK's client makes starts slower. */
async function departmentCredentials(roleArn: string, { now, telemetry }: World) {
  const { createDepartmentCredentials } = await import('../../aws/department-credentials.ts');
  return createDepartmentCredentials({
    roleArn,
    now,
    onError: (error) => telemetry.error('DEPARTMENT_NOT_NAMED', { error }),
  });
}
