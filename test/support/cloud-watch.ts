import { localEndpoint } from '../../aws/local-endpoint.ts';
import type { WarmHour } from '../../domain/advice/warmth.ts';
import { startControlService } from '../../local/control/control-service.ts';
import { createGetMetricData } from '../../local/control/get-metric-data.ts';
import { MetricStore } from '../../local/metrics/metric-store.ts';

export type CloudWatch = Awaited<ReturnType<typeof startCloudWatch>>;

/** The local run's CloudWatch emulation, with test-controlled metrics. */
export async function startCloudWatch() {
  const store = new MetricStore();
  const service = await startControlService();
  service.serve(
    new Map([['GraniteServiceVersion20100801.GetMetricData', createGetMetricData(store)]]),
  );
  return {
    store,
    client: { ...localEndpoint(service.endpoint), maxAttempts: 1 },
    /** Writes the metrics that Lambda would for one hour of the alias `live`. */
    addHour(functionName: string, { atMs, peakUse, peakUtilization, spillovers }: WarmHour): void {
      const dimensions = { FunctionName: functionName, Resource: `${functionName}:live` };
      for (const [name, value] of [
        ['ProvisionedConcurrentExecutions', peakUse],
        ['ProvisionedConcurrencyUtilization', peakUtilization],
        ['ProvisionedConcurrencySpilloverInvocations', spillovers],
      ] as const) {
        store.add('AWS/Lambda', name, dimensions, value, atMs + 60_000);
      }
    },
    stop: () => service.stop(),
  };
}
