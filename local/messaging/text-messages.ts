import { randomUUID } from 'node:crypto';
import type { Broker } from '../broker/fauxqs-broker.ts';
import type { Inbox } from './inbox.ts';

type Options = {
  inbox: Inbox;
  /** Milliseconds on the shifted clock. */
  now: () => number;
};

/**
 * Handles Publish to a phone number, which the broker does not support, by writing to the inbox.
 */
export function serveTextMessages(broker: Broker, { inbox, now }: Options): void {
  broker.application.addHook('preHandler', (request, reply, done) => {
    const form = (request.body ?? {}) as Readonly<Record<string, string | undefined>>;
    const { Action, PhoneNumber, Message } = form;
    if (Action !== 'Publish' || PhoneNumber === undefined) {
      done();
      return;
    }
    const messageId = randomUUID();
    inbox.add({
      at: new Date(now()).toISOString(),
      protocol: 'sms',
      endpoint: PhoneNumber,
      message: Message ?? '',
      attributes: {},
      messageId,
    });
    void reply
      .type('text/xml')
      .send(
        `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${messageId}</MessageId></PublishResult><ResponseMetadata><RequestId>${messageId}</RequestId></ResponseMetadata></PublishResponse>`,
      );
  });
}
