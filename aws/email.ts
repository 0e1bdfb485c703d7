import { SendEmailCommand, SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import type { EmailMessage } from '../domain/alerts/email-message.ts';
import type { MailWithImage } from '../domain/reporting/report-mail.ts';
import { throwWithoutAddresses } from './without-addresses.ts';
import { requestLimits } from './request-limits.ts';

/** Sends email through SES from an address verified there. Throws if SES rejects a message. */
export function createEmail(sender: string, config: SESv2ClientConfig = {}) {
  const client = new SESv2Client({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  const send = (command: SendEmailCommand) => client.send(command).catch(throwWithoutAddresses);
  const simpleOf = ({ subject, text, html }: EmailMessage) => ({
    Subject: part(subject),
    Body: { Text: part(text), Html: part(html) },
  });

  return {
    async sendEmail(to: string, message: EmailMessage): Promise<void> {
      await send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [to] },
          Content: { Simple: simpleOf(message) },
        }),
      );
    },

    /** Sends one message to all addresses, which can see each other. */
    sendMail: async (
      to: readonly string[],
      { image, ...message }: MailWithImage,
    ): Promise<void> => {
      await send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [...to] },
          Content: {
            Simple: {
              ...simpleOf(message),
              Attachments: [
                {
                  FileName: image.fileName,
                  ContentType: image.contentType,
                  ContentDisposition: 'INLINE',
                  ContentId: image.id,
                  ContentTransferEncoding: 'BASE64',
                  RawContent: image.bytes,
                },
              ],
            },
          },
        }),
      );
    },
  };
}

const part = (data: string) => ({ Data: data, Charset: 'UTF-8' });
