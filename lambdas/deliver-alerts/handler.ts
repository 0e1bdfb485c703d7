import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { alertMessage } from '../../contracts/alert-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';

type Deps = { telemetry: Telemetry; deliver: (alert: Alert) => Promise<void> };

/** Works off the alert queue: a message that is not done comes again, alone. */
export const createHandler =
  ({ telemetry, deliver }: Deps) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const work = async ({ messageId, body }: SQSRecord): Promise<SQSBatchItemFailure[]> => {
      try {
        await deliver(alertMessage.parse(JSON.parse(body)));
        return [];
      } catch (error) {
        telemetry.error('ALERT_NOT_DELIVERED', { error, messageId });
        return [{ itemIdentifier: messageId }];
      }
    };
    return { batchItemFailures: (await Promise.all(Records.map(work))).flat() };
  };
