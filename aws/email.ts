import { SendEmailCommand, SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import type { EmailMessage } from '../domain/alerts/email-message.ts';

/** E-mail through SES, from an address that is verified there; `sendEmail` throws when it is not taken. */
export function createEmail(sender: string, config: SESv2ClientConfig = {}) {
  const client = new SESv2Client({
    maxAttempts: 3,
    requestHandler: { requestTimeout: 2_000, connectionTimeout: 1_000 },
    ...config,
  });
  return {
    async sendEmail(to: string, { subject, text, html }: EmailMessage): Promise<void> {
      const part = (data: string) => ({ Data: data, Charset: 'UTF-8' });
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [to] },
          Content: {
            Simple: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } },
          },
        }),
      );
    },
  };
}
