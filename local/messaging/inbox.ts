import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';

/** A message to the outside: from a topic to a subscriber, or directly to one person. */
export type InboxItem = {
  at: string;
  /** Absent for direct messages. */
  topic?: string;
  /**
   * The subscription's protocol; `none` if the topic has no subscriber; `ses` or `sms` without a
   * topic.
   */
  protocol: string;
  endpoint: string;
  subject?: string;
  message: string;
  /** The other form of a mail's text. */
  html?: string;
  attributes: Readonly<Record<string, { Type: string; Value: string }>>;
  messageId: string;
};

export type Inbox = {
  add(item: InboxItem): void;
  /** Everything that arrived, oldest first. */
  items(): readonly InboxItem[];
  clear(): void;
};

const MOST_ITEMS = 5_000;

/** Opens the inbox, stored in the data folder as one JSON line per message. */
export function openInbox(dataDirectory: string): Inbox {
  const file = join(dataDirectory, 'inbox.jsonl');
  let items: InboxItem[] = existsSync(file) ? readLines(file) : [];
  const write = (): void =>
    replaceFile(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  // The next message would otherwise continue the half line, and be lost with it.
  if (existsSync(file)) write();
  return {
    items: () => items,
    add: (item) => {
      items.push(item);
      // Written before the publisher gets its answer, so a kill loses no acknowledged message.
      appendFileSync(file, `${JSON.stringify(item)}\n`);
      if (items.length > MOST_ITEMS * 1.2) {
        items = items.slice(-MOST_ITEMS);
        write();
      }
    },
    clear: () => {
      items = [];
      rmSync(file, { force: true });
    },
  };
}

function readLines(file: string): InboxItem[] {
  const items: InboxItem[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    try {
      if (line !== '') items.push(JSON.parse(line) as InboxItem);
    } catch {
      // A kill during a write leaves half a line, which was never acknowledged.
    }
  }
  return items;
}
