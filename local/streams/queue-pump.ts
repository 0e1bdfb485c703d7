import type { InvocationResult } from '../functions/function-host.ts';
import type { MessageService } from '../messaging/message-service.ts';
import type { Queue, ReceivedMessage } from '../broker/fauxqs-broker.ts';
import { region } from '../template/resource-identity.ts';
import type { EventFilter } from './filter-pattern.ts';
import type { MappingDefinition } from './mapping-definition.ts';

export type QueuePumpOptions = {
  mapping: MappingDefinition;
  messages: MessageService;
  filter: EventFilter;
  invoke: (event: string) => Promise<InvocationResult>;
  onError: (error: unknown) => void;
};

const WAIT_SECONDS = 1;
const PARALLEL_BATCHES = 5;

/**
 * Moves a queue's messages to one function. Unfinished messages become visible again after the
 * queue's visibility timeout, until the queue's redrive policy stops that.
 */
export class QueuePump {
  private readonly options: QueuePumpOptions;
  private stopped = false;
  private running = 0;
  /** Messages taken for a batch that has not started. */
  private gathered = 0;
  private loop: Promise<void> = Promise.resolve();

  constructor(options: QueuePumpOptions) {
    this.options = options;
  }

  start(): void {
    this.loop = this.run();
  }

  /**
   * Whether nothing is waiting, delayed or in progress. Does not wait for a failed message that
   * returns later, because that could take a long time.
   */
  drained(): boolean {
    if (this.running + this.gathered > 0) return false;
    const queue = this.options.messages.queue(this.options.mapping.sourceArn);
    if (queue === undefined) return true;
    queue.processTimers();
    const { ready, delayed } = queue.inspectMessages();
    return ready.length + delayed.length === 0;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.options.messages.queue(this.options.mapping.sourceArn)?.cancelWaiters();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { mapping, messages, onError } = this.options;
    while (!this.stopped) {
      const queue = messages.queue(mapping.sourceArn);
      if (queue === undefined) return;
      try {
        const batch = await this.gather(queue);
        if (batch.length > 0) await this.dispatch(queue, batch);
      } catch (error) {
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    while (this.running > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private async gather(queue: Queue): Promise<ReceivedMessage[]> {
    const { batchSize, batchingWindowMs } = this.options.mapping;
    const batch = this.options.messages.receive(queue, Math.min(batchSize, 10));
    if (batch.length === 0) {
      await queue.waitForMessages(WAIT_SECONDS);
      return [];
    }
    this.gathered = batch.length;
    const until = Date.now() + batchingWindowMs;
    while (batch.length < batchSize && !this.stopped) {
      const more = this.options.messages.receive(queue, Math.min(batchSize - batch.length, 10));
      batch.push(...more);
      if (more.length > 0) continue;
      if (Date.now() >= until) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return batch;
  }

  /** Starts a batch. Waits for it only if enough others are already running. */
  private async dispatch(queue: Queue, batch: readonly ReceivedMessage[]): Promise<void> {
    this.running += 1;
    this.gathered = 0;
    const work = this.work(queue, batch)
      .catch((error: unknown) => this.options.onError(error))
      .finally(() => {
        this.running -= 1;
      });
    if (this.running >= PARALLEL_BATCHES || queue.isFifo()) await work;
  }

  private async work(queue: Queue, batch: readonly ReceivedMessage[]): Promise<void> {
    const { mapping, filter, invoke } = this.options;
    const records = batch.map((message) => toRecord(queue, message, mapping.sourceArn));
    const matching = records.filter((record) => filter({ ...record, body: parsed(record.body) }));
    const failed = new Set<string>();
    if (matching.length > 0) {
      const result = await invoke(JSON.stringify({ Records: matching }));
      for (const id of failedIds(result, mapping, matching)) failed.add(id);
    }
    for (const { MessageId, ReceiptHandle } of batch) {
      if (!failed.has(MessageId)) queue.deleteMessage(ReceiptHandle);
    }
  }
}

type QueueRecord = ReturnType<typeof toRecord>;

function toRecord(queue: Queue, message: ReceivedMessage, sourceArn: string) {
  const entry = queue.inflightMessages.get(message.ReceiptHandle)?.message;
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: {
      ApproximateReceiveCount: String(entry?.approximateReceiveCount ?? 1),
      SentTimestamp: String(entry?.sentTimestamp ?? 0),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(entry?.approximateFirstReceiveTimestamp ?? 0),
      ...(entry?.messageGroupId !== undefined && { MessageGroupId: entry.messageGroupId }),
      ...(entry?.sequenceNumber !== undefined && { SequenceNumber: entry.sequenceNumber }),
    },
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType,
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: sourceArn,
    awsRegion: region,
  };
}

function failedIds(
  result: InvocationResult,
  mapping: MappingDefinition,
  records: readonly QueueRecord[],
): string[] {
  const all = records.map(({ messageId }) => messageId);
  if (!result.ok) return all;
  if (!mapping.reportsItemFailures) return [];
  const answer = JSON.parse(result.payload) as {
    batchItemFailures?: readonly { itemIdentifier?: string }[];
  } | null;
  const failed = (answer?.batchItemFailures ?? []).map(
    ({ itemIdentifier }) => itemIdentifier ?? '',
  );
  // An unknown identifier fails the whole batch, as on AWS.
  return failed.every((id) => all.includes(id)) ? failed : all;
}

/** Filters look inside a JSON body, as on AWS. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
