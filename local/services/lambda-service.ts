import { join } from 'node:path';
import { readFunctions } from '../functions/function-definition.ts';
import type { ServiceEndpoints } from '../functions/function-environment.ts';
import { FunctionFleet } from '../functions/function-fleet.ts';
import { bundleWorker } from '../functions/worker-bundle.ts';
import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import { addEmbeddedMetrics } from '../metrics/embedded-metrics.ts';
import { addInvocationMetrics } from '../metrics/observed-metrics.ts';

/** Lambda: runs the built assets, one worker thread per function. */
export type LambdaService = LocalService & {
  /** The template's functions. Throws if the template has not been read. */
  fleet(): FunctionFleet;
};

const GRACE_MS = 5_000;

/** @param endpoints addresses of the other services, requested when the template is read */
export function createLambda(world: LocalWorld, endpoints: () => ServiceEndpoints): LambdaService {
  const { clock, dataDirectory, metrics } = world;
  let running: FunctionFleet | undefined;
  const fleet = (): FunctionFleet => {
    if (running === undefined) throw new Error('The functions are not ready yet.');
    return running;
  };
  // Registered first, because queues and topics accept every other ARN.
  world.receivers.unshift({
    accepts: (arn) => running?.find(arn) !== undefined,
    receive: (arn, body) => fleet().invokeAsync(arn, body),
  });
  return {
    fleet,
    reads: async (template) => {
      running = new FunctionFleet({
        definitions: readFunctions(template, join(dataDirectory, 'inline')),
        endpoints: endpoints(),
        clock,
        logDirectory: join(dataDirectory, 'logs'),
        workerFile: bundleWorker(dataDirectory),
        compileCache: process.env['NODE_COMPILE_CACHE'] ?? join(dataDirectory, 'compile-cache'),
        onInvocation: (report) => {
          for (const listener of world.invocationListeners) listener();
          addInvocationMetrics(metrics, report, clock.now());
        },
        onMetrics: (lines) => addEmbeddedMetrics(metrics, lines),
        onAsyncFailure: (arn, body) => void deliver(world, arn, body),
      });
      const warmed = await running.warm();
      return `${running.definitions.length} functions ready, ${warmed} of them warm`;
    },
    drain: { isDone: () => fleet().running === 0 },
    stop: () => running?.stop(GRACE_MS),
  };
}
