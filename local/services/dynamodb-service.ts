import type { LocalService, LocalWorld } from '../local-service.ts';
import { createTables, type ReadyTable } from '../store/create-tables.ts';
import { startDynamoProcess } from '../store/dynamo-process.ts';
import { createDynamoRequest, type DynamoRequest } from '../store/dynamo-request.ts';
import { readTables } from '../store/table-definition.ts';
import { sweepExpired } from '../store/ttl-sweep.ts';

/** DynamoDB tables, indexes, streams and time to live, in the embedded store or an external one. */
export type DynamoDbService = LocalService & {
  endpoint: string;
  request: DynamoRequest;
  /** The template's tables, once it has been read. */
  tables(): readonly ReadyTable[];
  /** Deletes items whose time to live has passed. */
  sweep(): Promise<unknown>;
};

const SWEEP_MS = 60_000;

/** @param endpoint a DynamoDB to use instead of the embedded store */
export async function openDynamoDb(
  world: LocalWorld,
  endpoint: string | undefined,
): Promise<DynamoDbService> {
  const process =
    endpoint === undefined
      ? await startDynamoProcess(world.dataDirectory, world.onProgress)
      : { endpoint, stop: () => Promise.resolve() };
  world.onProgress(`store ready at ${process.endpoint}`);
  const request = createDynamoRequest(process.endpoint);
  let tables: readonly ReadyTable[] = [];
  let stopSweeps = (): void => undefined;
  const sweep = (): Promise<unknown> =>
    sweepExpired(
      request,
      tables.map(({ definition }) => definition),
      world.clock.now(),
    ).catch(() => 0);
  return {
    endpoint: process.endpoint,
    request,
    tables: () => tables,
    sweep,
    reads: async (template) => {
      tables = await createTables(request, readTables(template));
      return `${tables.length} tables ready`;
    },
    start: () => {
      stopSweeps = repeatGently(sweep, SWEEP_MS);
    },
    stop: () => {
      stopSweeps();
      return process.stop();
    },
  };
}

/**
 * Repeats work with pauses of at least `pauseMs` milliseconds and at least twenty times the work's
 * own duration, so that large tables do not keep the store busy. Returns a function that stops it.
 */
function repeatGently(work: () => Promise<unknown>, pauseMs: number): () => void {
  let timer: NodeJS.Timeout;
  let ended = false;
  const plan = (ms: number): void => {
    timer = setTimeout(() => {
      const began = performance.now();
      void work().then(() => {
        if (!ended) plan(Math.max(pauseMs, 20 * (performance.now() - began)));
      });
    }, ms);
  };
  plan(pauseMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
