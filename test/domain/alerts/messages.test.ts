import { describe, expect, test } from 'vitest';
import { digestAlertOf } from '../../../domain/alerts/digest-alert.ts';
import { emailMessageOf } from '../../../domain/alerts/email-message.ts';
import { pagerDutyEventOf } from '../../../domain/alerts/pagerduty-event.ts';
import { slackMessageOf } from '../../../domain/alerts/slack-message.ts';
import { smsTextOf } from '../../../domain/alerts/sms-text.ts';
import { topicMessageOf } from '../../../domain/alerts/topic-message.ts';
import { webhookEventOf } from '../../../domain/alerts/webhook-event.ts';
import { ALERT_KINDS } from '../../../domain/alerts/alert.ts';
import { unlinkedText } from '../../../domain/unlinked-text.ts';
import { alertWith, DEPLOYMENT, NOON_MS } from '../../support/alerts.ts';

const hostile = alertWith({
  body: 'spent by <b>&</b> <!channel> ```code``` <https://evil.example|here>',
});

const PLACE = 'Sent by Purser, environment test, region eu-central-1.';
const incident = {
  routingKey: 'routing-key',
  incidentId: 'incident-1',
  deployment: DEPLOYMENT,
};
const NAME = `研究-${'x'.repeat(120)}`;
const LONG = alertWith({
  scope: 'department',
  scopeId: NAME,
  subject: `Critical: department ${NAME} spent 3.00 of 2.00 USD on 2026-11-21`,
});

describe('e-mail', () => {
  test('says the same in text and in HTML, in which names are no markup', () => {
    const { subject, text, html } = emailMessageOf(hostile, DEPLOYMENT);
    expect({ subject, text }).toEqual({
      subject: `[Purser test] ${hostile.subject}`,
      text: unlinkedText(`${hostile.body}\n\n${PLACE}`),
    });
    expect(html).toContain('&lt;b&gt;&amp;&lt;/b&gt; &lt;!channel&gt;');
    expect(html).not.toContain('<b>');
  });
});

describe('a text message', () => {
  test('has full names and amounts, whatever their letters and length', () => {
    expect(smsTextOf(LONG, DEPLOYMENT)).toBe(`[Purser test] ${LONG.subject}`);
  });

  test('ends before SNS refuses it', () => {
    const text = smsTextOf(alertWith({ subject: '研'.repeat(2_000) }), DEPLOYMENT);
    expect(Buffer.byteLength(text, 'utf16le')).toBeLessThan(1_600);
  });
});

describe('names that are long or not ASCII', () => {
  const messages = {
    'e-mail': JSON.stringify(emailMessageOf(LONG, DEPLOYMENT)),
    'the text of the topic': topicMessageOf(LONG, DEPLOYMENT).text,
    Slack: JSON.stringify(slackMessageOf(LONG, DEPLOYMENT).blocks),
    PagerDuty: pagerDutyEventOf(LONG, incident).payload.summary,
    'a webhook': webhookEventOf(LONG, 'delivery-1', DEPLOYMENT).subject,
    'a digest': digestAlertOf([LONG, alertWith()], 'digest-1', NOON_MS).body,
  };
  test.each(Object.entries(messages))('are whole in %s, with the amounts', (_, text) => {
    expect(text).toContain(`${NAME} spent 3.00 of 2.00 USD`);
  });

  test.each([
    ['user Åse', '[Purser test] user Ase'],
    ['部'.repeat(9), '[Purser test] critical: threshold crossed for one user, named in the text'],
    ['a'.repeat(99), '[Purser test] critical: threshold crossed for one user, named in the text'],
    ['short', '[Purser test] short'],
  ])('%s: SNS gets a short subject of ASCII letters', (subject, expected) => {
    const message = topicMessageOf(alertWith({ subject }), DEPLOYMENT);
    expect(message.subject).toBe(expected);
    expect(message.text.startsWith(`[Purser test] ${subject}\n`)).toBe(subject !== 'short');
  });

  test('stay apart in a digest', () => {
    const alerts = ['研究', '营销'].map((scopeId) =>
      alertWith({ scopeId, subject: `Critical: department ${scopeId} spent 3.00 of 2.00 USD` }),
    );
    const lines = digestAlertOf(alerts, 'digest-1', NOON_MS).body.split('\n');
    expect(
      lines.filter((line) => /department (研究|营销) spent 3\.00 of 2\.00 USD$/.test(line)),
    ).toHaveLength(2);
  });
});

describe('a webhook event', () => {
  test('contains the whole alert and the id of its delivery', () => {
    const alert = alertWith({ incidentKey: 'control-1' });
    expect(webhookEventOf(alert, 'delivery-1', DEPLOYMENT)).toEqual({
      id: 'delivery-1',
      event: 'threshold_crossed',
      severity: 'critical',
      environment: 'test',
      region: 'eu-central-1',
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
  test('has a header, the text in a fence, and which deployment it is of', () => {
    const { text, blocks } = slackMessageOf(alertWith(), DEPLOYMENT);
    expect(text).toBe(`[Purser test] ${alertWith().subject}`);
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'context']);
    expect(JSON.stringify(blocks[2])).toContain(':rotating_light: critical');
    expect(JSON.stringify(blocks[2])).toContain(`2026-11-21 12:00 UTC | ${PLACE}`);
  });

  test('mentions and links nothing that an alert names, and does not leave its fence', () => {
    const text = blockText(slackMessageOf(hostile, DEPLOYMENT).blocks[1]);
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).not.toMatch(/<[!@#h]/);
    expect(text.split('```')).toHaveLength(3);
  });

  test('stays within the limits of blocks, and says how much it leaves out', () => {
    const line = '<'.repeat(700);
    const long = alertWith({ subject: 's'.repeat(400), body: Array(100).fill(line).join('\n') });
    const { blocks } = slackMessageOf(long, DEPLOYMENT);
    expect(blocks).toHaveLength(50);
    expect(blockText(blocks[0])).toHaveLength(150);
    expect(blockText(blocks[1])).toContain('s'.repeat(400));
    for (const block of blocks.slice(2, 48)) {
      expect(blockText(block).length).toBeLessThanOrEqual(3_000);
      expect(blockText(block)).toMatch(/^```\n(&lt;)+\n```$/);
    }
    expect(blockText(blocks[48])).toBe('54 more lines are left out. See `GET /v1/breaches`.');
  });

  test('cuts a line that fills more than a block, and no entity in it', () => {
    const { blocks } = slackMessageOf(alertWith({ body: '<'.repeat(5_000) }), DEPLOYMENT);
    expect(blockText(blocks[1])).toMatch(/^```\n(&lt;)+…\n```$/);
    expect(blockText(blocks[1]).length).toBeGreaterThan(2_900);
  });

  test('with a digest of 60 lists all of them, the only critical one first', () => {
    const many = Array.from({ length: 60 }, (_, n) =>
      alertWith({
        severity: n === 59 ? 'critical' : 'warning',
        subject: `user person-number-${n} spent 12.00 of 10.00 USD on 2026-11-21`,
        atMs: NOON_MS + n,
      }),
    );
    const { blocks } = slackMessageOf(digestAlertOf(many, 'digest-1', NOON_MS), DEPLOYMENT);
    const text = JSON.stringify(blocks);
    for (const n of many.keys()) expect(text).toContain(`person-number-${n} spent`);
    const first = /person-number-(\d+) spent/.exec(blockText(blocks[1]))?.[1];
    expect(first).toBe('59');
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
    } = pagerDutyEventOf(alertWith({ severity }), incident);
    expect({ action, key, routing }).toEqual({
      action: 'trigger',
      key: 'incident-1',
      routing: 'routing-key',
    });
    expect(payload).toMatchObject({
      summary: `[Purser test] ${alertWith().subject}`,
      source: 'purser/test/eu-central-1/acme',
      severity: expected,
      timestamp: '2026-11-21T12:00:00.000Z',
      component: 'user/ada',
      class: 'threshold_crossed',
      custom_details: { spentUsd: '12.000000000', message: alertWith().body },
    });
  });

  test('resolves an incident when its control has ended, and only then', () => {
    for (const kind of ALERT_KINDS) {
      const { event_action: action } = pagerDutyEventOf(alertWith({ kind }), incident);
      const ends = kind === 'control_ended' || kind === 'override_decided';
      expect(action, kind).toBe(ends ? 'resolve' : 'trigger');
    }
  });

  test('that is a test pages nobody as an emergency', () => {
    const { payload } = pagerDutyEventOf(alertWith({ kind: 'test' }), incident);
    expect(payload.severity).toBe('info');
  });
});

describe('a digest', () => {
  const later = alertWith({ severity: 'warning', subject: 'later', atMs: NOON_MS + 60_000 });

  test('of one alert is that alert', () => {
    expect(digestAlertOf([later], 'digest-1', NOON_MS)).toEqual(later);
  });

  test('lists the worst alerts first and equals by time, as severe as the worst', () => {
    const early = { ...later, subject: 'early', atMs: NOON_MS - 60_000 };
    const worst = alertWith({ subject: 'worst' });
    const digest = digestAlertOf([later, early, worst], 'digest-1', NOON_MS);
    expect(digest).toMatchObject({
      kind: 'digest',
      severity: 'critical',
      scope: 'organization',
      scopeId: 'acme',
      dedupKey: 'digest-1',
      subject: '3 alerts for acme, the worst: worst',
    });
    expect(digest.body.split('\n').slice(2)).toEqual([
      '2026-11-21 12:00 UTC:  worst',
      '2026-11-21 11:59 UTC:  early',
      '2026-11-21 12:01 UTC:  later',
    ]);
  });

  test('of very many says how many it leaves out', () => {
    const many = Array.from({ length: 250 }, () => later);
    const lines = digestAlertOf(many, 'digest-1', NOON_MS).body.split('\n');
    expect(lines).toHaveLength(104);
    expect(lines.at(-1)).toBe('And 150 more: see GET /v1/breaches.');
  });
});

function blockText(block: unknown): string {
  return (block as { text: { text: string } }).text.text;
}
