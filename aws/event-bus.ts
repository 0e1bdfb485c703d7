import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import type { EventDetail } from '../contracts/events.ts';
import { requestLimits } from './request-limits.ts';

const SOURCE = 'purser';

/**
 * An EventBridge bus. A call times out after two seconds and is tried three times, then `put` throws,
 * as it does if the bus refuses the event.
 */
export function createEventBus(busName: string, config: EventBridgeClientConfig = {}) {
  const client = new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  return {
    async put(detail: EventDetail): Promise<void> {
      const { Entries = [] } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: busName,
              Source: SOURCE,
              DetailType: detail.kind,
              Detail: JSON.stringify(detail),
              Time: new Date(detail.at),
            },
          ],
        }),
      );
      const code = Entries[0]?.ErrorCode;
      if (code !== undefined) throw new Error(`the event bus refused an event: ${code}`);
    },
  };
}
