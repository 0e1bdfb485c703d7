import { SendEmailCommand, SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import type { EmailMessage } from '../domain/letters/letter.ts';
import { throwWithoutAddresses } from './without-addresses.ts';
import { requestLimits } from './request-limits.ts';

/** Sends email through SES from an address verified there. Throws if SES rejects a message. */
export function createEmail(sender: string, config: SESv2ClientConfig = {}) {
  const client = new SESv2Client({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  return {
    /**
     * Sends one message with both forms of its text (multipart/alternative) to all addresses, which
     * can see each other.
     */
    sendEmail: async (
      to: string | readonly string[],
      { subject, text, html }: EmailMessage,
    ): Promise<void> => {
      const command = new SendEmailCommand({
        FromEmailAddress: sender,
        Destination: { ToAddresses: [to].flat() },
        Content: {
          Simple: {
            Subject: part(subject),
            Body: { Text: part(text), Html: part(html) },
          },
        },
      });
      await client.send(command).catch(throwWithoutAddresses);
    },
  };
}

const part = (data: string) => ({ Data: data, Charset: 'UTF-8' });
