import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmail } from '../../aws/email.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createTextMessages } from '../../aws/text-messages.ts';
import { emailMessageOf } from '../../domain/alerts/email-message.ts';
import { alertWith, DEPLOYMENT } from '../support/alerts.ts';
import { startReceiver } from '../support/loopback-receiver.ts';

let receiver: Awaited<ReturnType<typeof startReceiver>>;
const endpoint = () => localEndpoint(`http://127.0.0.1:${receiver.port}`);
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const message = emailMessageOf(alertWith(), DEPLOYMENT);

test('a mail is given to SES with its sender, its addressee, and both forms of its text', async () => {
  receiver.answers.push('{"MessageId":"1"}');
  await createEmail('purser@example.com', endpoint()).sendEmail('ada@example.com', message);
  const [request] = receiver.received.splice(0);
  expect(request?.path).toBe('/v2/email/outbound-emails');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    FromEmailAddress: 'purser@example.com',
    Destination: { ToAddresses: ['ada@example.com'] },
    Content: {
      Simple: {
        Subject: { Data: message.subject, Charset: 'UTF-8' },
        Body: {
          Text: { Data: message.text, Charset: 'UTF-8' },
          Html: { Data: message.html, Charset: 'UTF-8' },
        },
      },
    },
  });
});

test('a mail to several addresses is one mail', async () => {
  receiver.answers.push('{"MessageId":"1"}');
  const to = ['ada@example.com', 'grace@example.com'];
  await createEmail('purser@example.com', endpoint()).sendEmail(to, message);
  const [request] = receiver.received.splice(0);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({ Destination: { ToAddresses: to } });
});

test('a text message is given to SNS as an urgent one, for a number', async () => {
  receiver.answers.push(
    '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
  );
  await createTextMessages(endpoint()).sendSms('+491701234567', 'Purser critical');
  const form = new URLSearchParams(receiver.received.splice(0)[0]?.body);
  expect(Object.fromEntries(form)).toMatchObject({
    Action: 'Publish',
    PhoneNumber: '+491701234567',
    Message: 'Purser critical',
    'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
    'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
  });
});

test('a refusal by the service throws an error without addresses', async () => {
  const refusal = (words: string) => {
    receiver.statuses.push(400);
    receiver.answers.push(JSON.stringify({ message: words }));
  };
  refusal('Email address is not verified. These failed in EU-WEST-1: Ada <ada@example.com>');
  const mail = createEmail('purser@example.com', endpoint()).sendEmail('ada@example.com', message);
  const refused = await mail.catch((error: Error) => error);
  expect(refused).toMatchObject({
    message: 'Email address is not verified. These failed in EU-WEST-1: Ada <(address)>',
  });
  expect(inspect(refused)).not.toContain('ada@example.com');
  receiver.statuses.push(400);
  receiver.answers.push(
    '<ErrorResponse><Error><Code>InvalidParameter</Code><Message>PhoneNumber Reason: ' +
      '+491701234567 is not valid</Message></Error></ErrorResponse>',
  );
  const text = createTextMessages(endpoint()).sendSms('+491701234567', 'x');
  await expect(text).rejects.toThrow('PhoneNumber Reason: (number) is not valid');
});
