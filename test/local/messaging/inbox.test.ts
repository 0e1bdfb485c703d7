import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openInbox } from '../../../local/messaging/inbox.ts';

const item = (message: string) => ({
  at: '2026-11-21T00:00:00.000Z',
  protocol: 'ses',
  endpoint: 'ada@example.com',
  message,
  attributes: {},
  messageId: message,
});

test('a message after half a line of a killed run is kept, whatever characters it has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'purser-inbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  openInbox(folder).add(item('one\u2028line'));
  appendFileSync(join(folder, 'inbox.jsonl'), '{"at":"2026-11-2');
  openInbox(folder).add(item('two'));
  expect(openInbox(folder).items()).toEqual([item('one\u2028line'), item('two')]);
});
