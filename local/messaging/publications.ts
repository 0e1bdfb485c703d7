import type { MessageAttributes } from '../broker/fauxqs-broker.ts';
import { ownValue } from '../own-value.ts';

/** A message that a topic has accepted. */
export type Publication = {
  topicArn: string;
  messageId: string;
  subject: string | undefined;
  message: string;
  attributes: MessageAttributes;
};

/**
 * Extracts messages from a topic call (Publish or PublishBatch, as a decoded form) and its
 * successful XML answer. Returns none for any other call.
 */
export function readPublications(form: unknown, answer: string): Publication[] {
  if (typeof form !== 'object' || form === null || !('Action' in form)) return [];
  const fields = form as Readonly<Record<string, string>>;
  const topicArn = fields['TopicArn'] ?? '';
  if (fields['Action'] === 'Publish') {
    const messageId = /<MessageId>([^<]+)<\/MessageId>/.exec(answer)?.[1] ?? '';
    return [readOne(fields, '', topicArn, messageId)];
  }
  if (fields['Action'] !== 'PublishBatch') return [];
  const accepted = answer.matchAll(
    /<member><Id>([^<]+)<\/Id><MessageId>([^<]+)<\/MessageId><\/member>/g,
  );
  return [...accepted].flatMap(([, id, messageId]) => {
    const key = Object.keys(fields).find(
      (name) => name.endsWith('.Id') && ownValue(fields, name) === id,
    );
    if (key === undefined) return [];
    return [readOne(fields, key.slice(0, -'Id'.length), topicArn, messageId ?? '')];
  });
}

function readOne(
  fields: Readonly<Record<string, string>>,
  prefix: string,
  topicArn: string,
  messageId: string,
): Publication {
  const attributes = new Map<string, MessageAttributes[string]>();
  for (let entry = 1; ; entry += 1) {
    const base = `${prefix}MessageAttributes.entry.${entry}.`;
    const name = ownValue(fields, `${base}Name`);
    if (name === undefined) break;
    const text = ownValue(fields, `${base}Value.StringValue`);
    const binary = ownValue(fields, `${base}Value.BinaryValue`);
    attributes.set(name, {
      DataType: ownValue(fields, `${base}Value.DataType`) ?? 'String',
      ...(text !== undefined && { StringValue: text }),
      ...(binary !== undefined && { BinaryValue: binary }),
    });
  }
  return {
    topicArn,
    messageId,
    subject: ownValue(fields, `${prefix}Subject`),
    message: ownValue(fields, `${prefix}Message`) ?? '',
    attributes: Object.fromEntries(attributes),
  };
}
