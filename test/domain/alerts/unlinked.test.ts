import { describe, expect, test } from 'vitest';
import { emailMessageOf } from '../../../domain/alerts/email-message.ts';
import { pagerDutyEventOf } from '../../../domain/alerts/pagerduty-event.ts';
import { slackMessageOf } from '../../../domain/alerts/slack-message.ts';
import { smsTextOf } from '../../../domain/alerts/sms-text.ts';
import { shownText } from '../../../domain/letters/mail-html.ts';
import { unlinkedText } from '../../../domain/unlinked-text.ts';
import { alertWith, DEPLOYMENT } from '../../support/alerts.ts';

/** IDs that a program would render as a link, a mention or markup. */
const HOSTILE = [
  'https://evil.example/x',
  'http://10.0.0.1/x',
  'javascript://x',
  'www.x.y',
  'evil.com',
  'a@b.com',
  '@channel',
  '<!channel>',
  '<@U123>',
  '<https://evil.example|here>',
  '*bold*',
  '_it_',
  '`code`',
  '<b>bold</b>',
];

/** What mail and chat programs recognize as a link or a mention. */
const LINK = /\w:\/\/|@\w|\bwww\.|\b[a-z0-9-]+\.[a-z]{2,}\b/iu;

const alertOf = (scopeId: string) =>
  alertWith({
    scopeId,
    subject: `Purser critical: user ${scopeId} spent much`,
    body: `The user ${scopeId} of acme has reached its threshold.`,
    attributes: { event: 'threshold_crossed', scopeId },
  });

describe.each(HOSTILE)('the user id %s', (scopeId) => {
  const alert = alertOf(scopeId);

  test('is text in a mail, plain and HTML', () => {
    const { text, html } = emailMessageOf(alert, DEPLOYMENT);
    expect(text).not.toMatch(LINK);
    const [, shown = ''] = /<body[^>]*>(.*)<\/body>/su.exec(html) ?? [];
    expect(shown).not.toMatch(LINK);
    const tags = [...shown.matchAll(/<(\/?\w+)/gu)].map(([, tag]) => tag);
    expect(tags).toEqual(['div', 'p', '/p', 'pre', '/pre', 'p', '/p', '/div']);
  });

  test('is text in every part of a letter', () => {
    const letter = {
      happened: scopeId,
      did: scopeId,
      rows: [{ name: scopeId, value: scopeId, share: 500 }],
      todo: [scopeId],
      note: [scopeId],
    };
    const { html } = emailMessageOf({ ...alert, letter }, DEPLOYMENT);
    const [, shown = ''] = /<body[^>]*>(.*)<\/body>/su.exec(html) ?? [];
    const texts = shown.replaceAll(/<\/?(?:div|p|table|tr|td|ul|li|br)\b[^>]*>/gu, '\n');
    expect(texts).not.toMatch(LINK);
    expect(texts).not.toMatch(/[<>]/u);
    expect(texts.match(new RegExp(`^${RegExp.escape(shownText(scopeId))}$`, 'gmu'))).toHaveLength(
      6,
    );
  });

  test('is text in Slack', () => {
    const { blocks, ...message } = slackMessageOf(alert, DEPLOYMENT);
    expect(message).toMatchObject({ mrkdwn: false, parse: 'none', unfurl_links: false });
    expect(message.text).not.toMatch(/[<>]/u);
    expect(message.text).not.toMatch(LINK);
    for (const part of textsOf(blocks)) {
      expect(part.text).not.toMatch(LINK);
      if (part.type === 'plain_text') continue;
      expect(part).toMatchObject({ type: 'mrkdwn', verbatim: true });
      expect(part.text).not.toMatch(/[<>]/u);
      // The ID may appear only inside a fence.
      if (part.text.includes('user')) expect(part.text).toMatch(/^```\n[^`]*`?[^`]*`?[^`]*\n```$/u);
    }
  });

  test('is text in a text message', () => {
    expect(smsTextOf(alert, DEPLOYMENT)).not.toMatch(LINK);
    expect(smsTextOf(alert, DEPLOYMENT)).toMatch(/^[\x20-\x7e]{1,160}$/u);
  });

  test('is text at PagerDuty', () => {
    const { payload } = pagerDutyEventOf(alert, {
      routingKey: 'routing-key',
      incidentId: 'incident',
      deployment: DEPLOYMENT,
    });
    for (const text of [
      payload.summary,
      payload.component,
      ...Object.values(payload.custom_details),
    ])
      expect(text).not.toMatch(LINK);
  });
});

test.each(['amazon.nova-lite-v1:0', 'anthropic.claude-3-5-sonnet-20241022-v2:0', '12.50 USD'])(
  '%s is no link and stays as it is',
  (text) => {
    expect(unlinkedText(text)).toBe(text);
  },
);

type Text = { type: string; text: string };

function textsOf(part: unknown): Text[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('text' in part && typeof part.text === 'string') return [part as Text];
  return Object.values(part).flatMap(textsOf);
}
