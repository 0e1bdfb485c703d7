import { PublishCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import { throwWithoutAddresses } from './without-addresses.ts';
import { requestLimits } from './request-limits.ts';

/** Sends urgent text messages through SNS. `sendSms` throws if SNS rejects one. */
export function createTextMessages(config: SNSClientConfig = {}) {
  const client = new SNSClient({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  return {
    async sendSms(to: string, text: string): Promise<void> {
      const command = new PublishCommand({
        PhoneNumber: to,
        Message: text,
        MessageAttributes: {
          'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
        },
      });
      await client.send(command).catch(throwWithoutAddresses);
    },
  };
}
