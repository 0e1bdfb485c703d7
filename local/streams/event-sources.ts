import type { FunctionFleet } from '../functions/function-fleet.ts';
import type { MessageService } from '../messaging/message-service.ts';
import type { ReadyTable } from '../store/create-tables.ts';
import type { DynamoRequest } from '../store/dynamo-request.ts';
import { openCheckpoints } from './checkpoints.ts';
import { createBatchDelivery } from './deliver-batch.ts';
import { compileFilter } from './filter-pattern.ts';
import type { MappingDefinition } from './mapping-definition.ts';
import { QueuePump } from './queue-pump.ts';
import { StreamPump } from './stream-pump.ts';

export type EventSourceOptions = {
  mappings: readonly MappingDefinition[];
  tables: readonly ReadyTable[];
  fleet: FunctionFleet;
  messages: MessageService;
  request: DynamoRequest;
  dataDirectory: string;
  onProgress: (message: string) => void;
};

/** All streams and queues that feed functions. */
export class EventSources {
  private readonly streams: StreamPump[] = [];
  private readonly queues: QueuePump[] = [];
  private stopped = false;

  /**
   * Throws an `Error` if a mapping's source is neither a local table's stream nor a local queue.
   */
  constructor(options: EventSourceOptions) {
    for (const mapping of options.mappings.filter(({ enabled }) => enabled)) {
      if (mapping.sourceArn.includes(':sqs:')) this.queues.push(this.queuePump(options, mapping));
      else this.streams.push(this.streamPump(options, mapping));
    }
  }

  get count(): number {
    return this.streams.length + this.queues.length;
  }

  start(): void {
    for (const pump of [...this.streams, ...this.queues]) pump.start();
  }

  /** Signals that a function ran, so something may have been written. */
  nudge(): void {
    for (const stream of this.streams) stream.nudge();
  }

  /** Whether everything written before `moment` (of `performance.now()`) is processed. */
  drainedSince(moment: number): boolean {
    return (
      this.streams.every((stream) => stream.drainedSince(moment)) &&
      this.queues.every((queue) => queue.drained())
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.streams, ...this.queues].map((pump) => pump.stop()));
  }

  private streamPump(options: EventSourceOptions, mapping: MappingDefinition): StreamPump {
    const table = options.tables.find(({ definition }) =>
      mapping.sourceArn.startsWith(`${definition.arn}/stream/`),
    );
    if (table?.streamArn === undefined) {
      throw new Error(`Event source ${mapping.logicalId} names no stream: ${mapping.sourceArn}`);
    }
    const onError = reporter(options, mapping);
    return new StreamPump({
      request: options.request,
      streamArn: table.streamArn,
      checkpoints: openCheckpoints({
        dataDirectory: options.dataDirectory,
        mappingId: mapping.logicalId,
        streamArn: table.streamArn,
        onError,
      }),
      batchSize: mapping.batchSize,
      batchingWindowMs: mapping.batchingWindowMs,
      // If this start created the table, every record in its stream was written after the
      // deployment.
      startAtLatest: mapping.startsAtLatest && !table.fresh,
      deliver: createBatchDelivery({
        mapping,
        filter: compileFilter(mapping.patterns),
        invoke: (event) => options.fleet.invoke(mapping.functionName, event),
        onGiveUp: (arn, body) => void options.messages.send(arn, body),
        isStopped: () => this.stopped,
      }),
      onError,
    });
  }

  private queuePump(options: EventSourceOptions, mapping: MappingDefinition): QueuePump {
    if (options.messages.queue(mapping.sourceArn) === undefined) {
      throw new Error(`Event source ${mapping.logicalId} names no queue: ${mapping.sourceArn}`);
    }
    return new QueuePump({
      mapping,
      messages: options.messages,
      filter: compileFilter(mapping.patterns),
      invoke: (event) => options.fleet.invoke(mapping.functionName, event),
      onError: reporter(options, mapping),
    });
  }
}

/**
 * Reports a source's errors at most every ten seconds, because all polls fail while a store
 * restarts.
 */
function reporter(
  options: EventSourceOptions,
  mapping: MappingDefinition,
): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + 10_000;
    const reason = error instanceof Error ? error.message : String(error);
    options.onProgress(`event source ${mapping.logicalId}: ${reason}`);
  };
}
