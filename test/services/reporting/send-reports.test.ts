import { mailedReportServices } from '../../../composition/reporting.ts';
import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmailMessage } from '../../../domain/letters/letter.ts';
import type { ReportSubscription } from '../../../domain/reporting/report-subscription.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { sendReports } from '../../../services/reporting/send-reports.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { postingWith } from '../../support/postings.ts';
import { DEPLOYMENT } from '../../support/alerts.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stored } from '../../support/stored.ts';
import { rethrow } from '../../support/nothing-apart.ts';

const at = (text: string): number => Date.parse(text);
/** A Sunday; due at seven in Berlin, six in UTC. */
const DUE = at('2026-11-22T06:00:00Z');

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const spent = (occurredAt: string, amountNanoUsd: bigint, departmentId?: string) =>
    postingWith({ occurredAtMs: at(occurredAt), amountNanoUsd, departmentId });
  await aggregatePostings(
    {
      usage: stores(store.db).usage,
      learn: async () => {},
      suspend: rethrow,
      retentionDays: 30,
      telemetry: silentTelemetry(),
      now: () => DUE,
    },
    [
      spent('2026-11-20T12:00:00Z', 2_000_000_000n),
      spent('2026-11-21T12:00:00Z', 2_000_000_000n, 'research'),
      spent('2026-11-21T13:00:00Z', 1_000_000_000n, '<b>sales'),
      // In Berlin, this belongs to the report's own day, not the day before.
      spent('2026-11-21T23:30:00Z', 9_000_000_000n, 'research'),
    ],
  );
});
afterAll(() => store.close());

const daily: ReportSubscription = {
  name: 'daily',
  report: 'costs',
  frequency: 'daily',
  timeZone: 'Europe/Berlin',
  hour: 7,
  to: ['ada@example.com', 'grace@example.com'],
  groupBy: 'department',
};

async function sender(subscription: ReportSubscription, dueMs: number) {
  const { subscriptions } = stores(store.db);
  await stored(store.db, subscriptions.replacement('acme', subscription, dueMs));
  const mails: { to: readonly string[]; mail: EmailMessage }[] = [];
  const state = { nowMs: DUE + 120_000, isDown: false };
  const telemetry = silentTelemetry();
  const deps = {
    ...mailedReportServices(store.db, {
      now: () => state.nowMs,
      telemetry,
      entryShards: [],
      operatorOrganization: undefined,
      warmth: { region: 'us-east-1', targetPercent: 70, functions: [] },
      metrics: { warmHours: async () => new Map() },
    }),
    telemetry,
    deployment: DEPLOYMENT,
    now: () => state.nowMs,
    async sendEmail(to: readonly string[], mail: EmailMessage) {
      if (state.isDown) throw new Error('SES is down');
      mails.push({ to, mail });
    },
  };
  return { run: () => sendReports(deps), mails, state, subscriptions, telemetry };
}

describe('a mailed report', () => {
  test('tells what the day before cost, by whom, and against the day before, with bars', async () => {
    const { run, mails } = await sender(daily, DUE);
    expect(await run()).toEqual({ sent: 1, failed: 0 });
    const [sent] = mails;
    expect(sent?.to).toEqual(daily.to);
    const { subject, text, html } = sent?.mail ?? expect.fail('nothing was sent');
    expect(subject).toBe(
      '[Purser test] acme spent 3.00 USD on 2026-11-21, 50.0 % more than the day before',
    );
    expect(text).toContain('acme spent 3.00 USD on 2026-11-21 (Europe/Berlin), in ');
    expect(text).toContain('That is 50.0 % more than the day before (2.00 USD).');
    expect(text).toMatch(/^ {2}2\.00 {2}#{30} {2}research\n {2}1\.00 {2}#{15} {15} {2}<b>sales$/m);
    expect(text).toMatch(
      /^ {2}2\.00 {2}#{30} {2}2026-11-21 13:00\n {2}1\.00 {2}#{15} {15} {2}2026-11-21 14:00$/m,
    );
    expect(text.match(/ {2}2026-11-21 \d\d:00$/gm)).toHaveLength(24);
    expect(html.match(/>2026-11-21 \d\d:00<\/td>/g)).toHaveLength(24);
    expect(html).toContain('&lt;b&gt;sales');
    // A bar of full length, and one of half of it.
    expect(html.match(/width="200" height="12"/g)).not.toBeNull();
    expect(html.match(/width="100" height="12"/g)).not.toBeNull();
    expect(html).not.toContain('<img');
  });

  test('is sent once per period, no matter how many runs try', async () => {
    const { run, mails, state } = await sender(daily, DUE);
    await Promise.all([run(), run(), run()]);
    await run();
    expect(mails).toHaveLength(1);
    state.nowMs += 86_400_000;
    await run();
    expect(mails).toHaveLength(2);
    expect(mails[1]?.mail.subject).toContain(' 9.00 USD');
  });

  test('that failed stays due', async () => {
    const { run, mails, state, telemetry } = await sender(daily, DUE);
    state.isDown = true;
    expect(await run()).toEqual({ sent: 0, failed: 1 });
    expect(telemetry.lines.map(({ code }) => code)).toContain('REPORT_NOT_SENT');
    state.isDown = false;
    expect(await run()).toEqual({ sent: 1, failed: 0 });
    expect(mails).toHaveLength(1);
  });

  test.each([
    ['daily', '2026-11-22T06:00Z', '2026-11-22T23:30Z', 'on 2026-11-21'],
    ['weekly', '2026-11-16T06:00Z', '2026-11-17T06:02Z', 'from 2026-11-09 to 2026-11-15'],
    ['weekly', '2026-11-09T06:00Z', '2026-11-16T05:30Z', 'from 2026-11-02 to 2026-11-08'],
    ['weekly', '2026-11-02T06:00Z', '2026-11-16T06:30Z', 'from 2026-11-09 to 2026-11-15'],
    ['monthly', '2026-11-01T06:00Z', '2026-11-02T07:02Z', 'from 2026-10-01 to 2026-10-31'],
  ] as const)('%s, due at %s, covers the same when sent late at %s', async (...row) => {
    const [frequency, due, sentAt, covered] = row;
    const { run, mails, state } = await sender({ ...daily, frequency }, at(due));
    state.nowMs = at(sentAt);
    await run();
    expect(mails[0]?.mail.text).toContain(`USD ${covered} (Europe/Berlin)`);
  });

  test('of a week has a bar for each day of its time zone, whatever UTC calls them', async () => {
    const weekly: ReportSubscription = { ...daily, frequency: 'weekly', timeZone: 'Asia/Kolkata' };
    const { run, mails, state } = await sender(weekly, at('2026-11-23T01:30:00Z'));
    state.nowMs = at('2026-11-23T01:32:00Z');
    await run();
    const text = mails[0]?.mail.text ?? '';
    expect(text).toContain('By day, Asia/Kolkata, USD');
    const bars = [...text.matchAll(/^ {2}(\S+) {2}#* +2026-11-(\d\d)$/gm)];
    expect(bars.map(([, cost, day]) => [day, cost])).toEqual([
      ['16', '0.00'],
      ['17', '0.00'],
      ['18', '0.00'],
      ['19', '0.00'],
      ['20', '2.00'],
      ['21', '3.00'],
      ['22', '9.00'],
    ]);
  });

  test('tells the hours that it covers where midnight is within an hour', async () => {
    const due = at('2026-11-22T01:30:00Z');
    const { run, mails, state } = await sender({ ...daily, timeZone: 'Asia/Kolkata' }, due);
    state.nowMs = due;
    await run();
    expect(mails[0]?.mail.text).toContain(
      'from 2026-11-21 00:30 to 2026-11-22 00:30 (Asia/Kolkata; costs are kept by whole UTC hours)',
    );
  });

  test('shows the total and the reason if it cannot be grouped as requested', async () => {
    const { run, mails, telemetry } = await sender({ ...daily, groupBy: 'tag:team' }, DUE);
    expect(await run()).toEqual({ sent: 1, failed: 0 });
    expect(mails[0]?.mail.subject).toContain('spent 3.00 USD');
    expect(mails[0]?.mail.text).toContain(
      'By tag:team, USD\ngroupBy: names a tag that is not listed (no tags are listed)\n  3.00  ',
    );
    expect(telemetry.lines.map(({ code }) => code)).toContain('REPORT_NOT_GROUPED');
    expect(await run()).toEqual({ sent: 0, failed: 0 });
  });

  test('is not sent before it is due, nor when it was deleted', async () => {
    const { run, mails, state, subscriptions } = await sender(daily, DUE);
    state.nowMs = DUE - 1;
    await run();
    state.nowMs = DUE;
    const removal = await subscriptions.removal('acme', daily.name);
    if (removal) await store.db.write(removal.write);
    await run();
    expect(mails).toEqual([]);
  });
});
