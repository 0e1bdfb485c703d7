import { randomUUID } from 'node:crypto';
import type { Inbox } from '../messaging/inbox.ts';
import type { ControlOperation } from './control-service.ts';

type SendEmailInput = {
  Destination?: Readonly<Record<string, readonly string[] | undefined>>;
  Content?: {
    Simple?: {
      Subject?: { Data?: string };
      Body?: { Text?: { Data?: string }; Html?: { Data?: string } };
    };
  };
};

/** Implements SES's SendEmail (v2, simple content): puts one item per recipient in the inbox. */
export function createSendEmail(inbox: Inbox, now: () => number): ControlOperation {
  return (input) => {
    const { Destination = {}, Content } = input as SendEmailInput;
    const messageId = randomUUID();
    for (const endpoint of Object.values(Destination).flatMap((addresses) => addresses ?? [])) {
      inbox.add({
        at: new Date(now()).toISOString(),
        protocol: 'ses',
        endpoint,
        subject: Content?.Simple?.Subject?.Data ?? '',
        message: Content?.Simple?.Body?.Text?.Data ?? '',
        html: Content?.Simple?.Body?.Html?.Data ?? '',
        attributes: {},
        messageId,
      });
    }
    return { MessageId: messageId };
  };
}
