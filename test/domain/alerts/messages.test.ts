import { describe, expect, test } from 'vitest';
import { digestAlertOf } from '../../../domain/alerts/digest-alert.ts';
import { emailMessageOf } from '../../../domain/alerts/email-message.ts';
import { pagerDutyEventOf } from '../../../domain/alerts/pagerduty-event.ts';
import { slackMessageOf } from '../../../domain/alerts/slack-message.ts';
import { smsTextOf } from '../../../domain/alerts/sms-text.ts';
import { webhookEventOf } from '../../../domain/alerts/webhook-event.ts';
import { ALERT_KINDS } from '../../../domain/alerts/alert.ts';
import { unlinkedText } from '../../../domain/unlinked-text.ts';
import { alertWith, NOON_MS } from '../../support/alerts.ts';

const hostile = alertWith({
  body: 'spent by <b>&</b> <!channel> ```code``` <https://evil.example|here>',
});

describe('e-mail', () => {
  test('says the same in text and in HTML, in which names are no markup', () => {
    const { subject, text, html } = emailMessageOf(hostile);
    expect({ subject, text }).toEqual({
      subject: hostile.subject,
      text: unlinkedText(hostile.body),
    });
    expect(html).toContain('&lt;b&gt;&amp;&lt;/b&gt; &lt;!channel&gt;');
    expect(html).not.toContain('<b>');
  });
});

describe('a text message', () => {
  test('has at most 160 ASCII characters', () => {
    expect(smsTextOf(alertWith({ subject: `Åse\n${'x'.repeat(300)}` }))).toMatch(/^\?se\?x{156}$/);
  });
});

describe('a webhook event', () => {
  test('contains the whole alert and the id of its delivery', () => {
    const alert = alertWith({ incidentKey: 'control-1' });
    expect(webhookEventOf(alert, 'delivery-1')).toEqual({
      id: 'delivery-1',
      event: 'threshold_crossed',
      severity: 'critical',
      organizationId: 'acme',
      scope: 'user',
      scopeId: 'ada',
      dedupKey: alert.dedupKey,
      incidentKey: 'control-1',
      subject: alert.subject,
      message: alert.body,
      attributes: alert.attributes,
      at: '2026-11-21T12:00:00.000Z',
    });
  });
});

describe('a message to Slack', () => {
  test('has a header, the text in a fence, and whom it is about', () => {
    const { text, blocks } = slackMessageOf(alertWith());
    expect(text).toBe(alertWith().subject);
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'context']);
    expect(JSON.stringify(blocks[2])).toContain(':rotating_light: critical');
    expect(JSON.stringify(blocks[2])).toContain('user ada of acme | 2026-11-21T12:00:00.000Z');
  });

  test('mentions and links nothing that an alert names, and does not leave its fence', () => {
    const text = blockText(slackMessageOf(hostile).blocks[1]);
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).not.toMatch(/<[!@#h]/);
    expect(text.split('```')).toHaveLength(3);
  });

  test('stays within the limits of blocks', () => {
    const long = alertWith({ subject: 's'.repeat(400), body: '<'.repeat(5_000) });
    const [header, section] = slackMessageOf(long).blocks;
    expect(blockText(header)).toHaveLength(150);
    expect(blockText(section)).toHaveLength(3_000);
    expect(blockText(section)).toMatch(/\n```$/);
  });
});

describe("an event for PagerDuty's Events API v2", () => {
  test.each([
    ['warning', 'warning'],
    ['critical', 'error'],
    ['emergency', 'critical'],
  ] as const)('of severity %s is %s there', (severity, expected) => {
    const {
      event_action: action,
      dedup_key: key,
      routing_key: routing,
      payload,
    } = pagerDutyEventOf(alertWith({ severity }), 'routing-key', 'incident-1');
    expect({ action, key, routing }).toEqual({
      action: 'trigger',
      key: 'incident-1',
      routing: 'routing-key',
    });
    expect(payload).toMatchObject({
      summary: alertWith().subject,
      source: 'purser/acme',
      severity: expected,
      timestamp: '2026-11-21T12:00:00.000Z',
      component: 'user/ada',
      class: 'threshold_crossed',
      custom_details: { spentUsd: '12.000000000', message: alertWith().body },
    });
  });

  test('resolves an incident when its control has ended, and only then', () => {
    for (const kind of ALERT_KINDS) {
      const { event_action: action } = pagerDutyEventOf(alertWith({ kind }), 'key', 'incident');
      expect(action, kind).toBe(kind === 'control_ended' ? 'resolve' : 'trigger');
    }
  });

  test('that is a test pages nobody as an emergency', () => {
    const { payload } = pagerDutyEventOf(alertWith({ kind: 'test' }), 'key', 'incident');
    expect(payload.severity).toBe('info');
  });
});

describe('a digest', () => {
  const later = alertWith({ severity: 'warning', subject: 'later', atMs: NOON_MS + 60_000 });

  test('of one alert is that alert', () => {
    expect(digestAlertOf([later], 'digest-1', NOON_MS)).toEqual(later);
  });

  test('lists its alerts by time, as severe as the worst', () => {
    const digest = digestAlertOf([later, alertWith({ subject: 'first' })], 'digest-1', NOON_MS);
    expect(digest).toMatchObject({
      kind: 'digest',
      severity: 'critical',
      scope: 'organization',
      scopeId: 'acme',
      dedupKey: 'digest-1',
      subject: 'Purser: 2 alerts for acme, highest level critical',
    });
    expect(digest.body.split('\n').slice(2)).toEqual([
      '2026-11-21 12:00 UTC  first',
      '2026-11-21 12:01 UTC  later',
    ]);
  });

  test('of very many says how many it leaves out', () => {
    const many = Array.from({ length: 250 }, () => later);
    const lines = digestAlertOf(many, 'digest-1', NOON_MS).body.split('\n');
    expect(lines).toHaveLength(103);
    expect(lines.at(-1)).toBe('and 150 more: see GET /v1/breaches');
  });
});

function blockText(block: unknown): string {
  return (block as { text: { text: string } }).text.text;
}
