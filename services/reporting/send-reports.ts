import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Deployment } from '../../domain/letters/deployment.ts';
import type { EmailMessage } from '../../domain/letters/letter.ts';
import type { ReportRange } from '../../domain/reporting/report-range.ts';
import type { Savings } from '../../domain/advice/savings.ts';
import { savingsEventOf } from '../../domain/events/savings-event.ts';
import { startOfBucket } from '../../domain/reporting/aggregates.ts';
import { localSeries } from '../../domain/reporting/local-series.ts';
import { type MailedReport, reportMailOf } from '../../domain/reporting/report-mail.ts';
import { type MailedSavings, savingsMailOf } from '../../domain/advice/savings-mail.ts';
import {
  lastReportAt,
  nextReportAt,
  reportedPeriods,
} from '../../domain/reporting/report-subscription.ts';
import type {
  DueSubscription,
  ReportSubscriptionStore,
} from '../../tables/report-subscriptions.ts';
import type { AlertDeliveryStore } from '../../tables/alert-deliveries.ts';
import type { NameReader } from '../display-names.ts';
import { isServiceError } from '../errors.ts';
import { type AggregatesRequest, readAggregates } from './read-aggregates.ts';
import { namedReport } from './named-report.ts';
import { type ReportDeps, reportCosts } from './report-costs.ts';

export type SendReportsDeps = ReportDeps & {
  readSavings: (organizationId: string, range: ReportRange, nowMs: number) => Promise<Savings>;
  subscriptions: Pick<ReportSubscriptionStore, 'listDue' | 'claim' | 'release'>;
  deployment: Deployment;
  displayNames: NameReader;
  outbox: Pick<AlertDeliveryStore, 'addEvent'>;
  sendEmail: (to: readonly string[], message: EmailMessage) => Promise<void>;
  telemetry: Telemetry;
  now: () => number;
};

export type ReportsOutcome = { sent: number; failed: number };

const MOST_PER_RUN = 200;

/**
 * Mails every report that is due, once per period. One run claims a subscription and advances it
 * once the mail is accepted. A failed report stays due. If a report can no longer be grouped as
 * requested, sends the total and the reason. A run that died between mailing and advancing sends
 * again: delivery is at least once. After missed times, sends only the latest report.
 */
export async function sendReports(deps: SendReportsDeps): Promise<ReportsOutcome> {
  const outcome = { sent: 0, failed: 0 };
  for (const due of await deps.subscriptions.listDue(deps.now(), MOST_PER_RUN)) {
    try {
      if (!(await deps.subscriptions.claim(due, deps.now()))) continue;
      const isSent = await sendOne(deps, due);
      const next = isSent ? nextReportAt(due.subscription, deps.now()) : undefined;
      await deps.subscriptions.release(due, next);
      outcome[isSent ? 'sent' : 'failed'] += 1;
    } catch (error) {
      const { organizationId, subscription } = due;
      deps.telemetry.error('REPORT_NOT_SENT', {
        error,
        organizationId,
        subscription: subscription.name,
      });
      outcome.failed += 1;
    }
  }
  return outcome;
}

async function sendOne(deps: SendReportsDeps, due: DueSubscription): Promise<boolean> {
  const { organizationId, subscription } = due;
  const facts = { organizationId, subscription: subscription.name };
  try {
    const mail =
      subscription.report === 'savings'
        ? savingsMailOf(await savingsReport(deps, due), deps.deployment)
        : reportMailOf(await buildReport(deps, due), deps.deployment);
    await deps.sendEmail(subscription.to, mail);
    deps.telemetry.info('REPORT_SENT', facts);
    return true;
  } catch (error) {
    deps.telemetry.error('REPORT_NOT_SENT', { error, ...facts });
    return false;
  }
}

async function buildReport(
  deps: SendReportsDeps,
  { organizationId, subscription, dueMs }: DueSubscription,
): Promise<MailedReport> {
  const lastMs = lastReportAt(subscription, dueMs, deps.now());
  const { period, before } = reportedPeriods(subscription, lastMs);
  const total = { organizationId, groupBy: 'organization', granularity: 'total' } as const;
  const { groupBy, timeZone } = subscription;
  const grouped = await groupedOrTotal(deps, { ...total, groupBy, range: period, timeZone });
  const earlier = await reportCosts(deps, { ...total, range: before });
  const hours = await readAggregates(deps.analytics, {
    ...total,
    granularity: 'hourly',
    range: period,
  });
  const costs = new Map(
    hours.map(({ bucket, measures }) => [startOfBucket(bucket), measures.costNanoUsd]),
  );
  const report = await namedReport(deps.displayNames, grouped.report);
  return {
    subscription,
    organization: await nameOf(deps, organizationId),
    period,
    ...grouped,
    report,
    beforeNanoUsd: earlier.total.costNanoUsd,
    series: localSeries(subscription, period, costs),
  };
}

/**
 * What was saved. Programs are told by an event, which waits before the mail is sent: if either fails,
 * the report stays due and the event comes once.
 */
async function savingsReport(
  deps: SendReportsDeps,
  { organizationId, subscription, dueMs }: DueSubscription,
): Promise<MailedSavings> {
  const nowMs = deps.now();
  const { period } = reportedPeriods(subscription, lastReportAt(subscription, dueMs, nowMs));
  const savings = await deps.readSavings(organizationId, period, nowMs);
  const of = { organizationId, subscription: subscription.name };
  await deps.outbox.addEvent(savingsEventOf(of, period, savings, nowMs), nowMs);
  return { subscription, organization: await nameOf(deps, organizationId), period, savings };
}

/** What people call the organization. */
async function nameOf(
  { displayNames }: Pick<SendReportsDeps, 'displayNames'>,
  organizationId: string,
): Promise<string> {
  const scope = { scope: 'organization', scopeId: organizationId } as const;
  const named = await displayNames.namesOf(organizationId, [scope]);
  return named(scope) ?? organizationId;
}

/**
 * A tag may no longer be listed or may have too many values. Retrying would not help, so this
 * reports the total.
 */
async function groupedOrTotal(
  deps: SendReportsDeps,
  request: AggregatesRequest,
): Promise<Pick<MailedReport, 'report' | 'refusal'>> {
  try {
    return { report: await reportCosts(deps, request) };
  } catch (error) {
    if (!isServiceError(error, 'invalid-request')) throw error;
    const { organizationId, groupBy } = request;
    deps.telemetry.error('REPORT_NOT_GROUPED', { error, organizationId, groupBy });
    const report = await reportCosts(deps, { ...request, groupBy: 'organization' });
    return { report, refusal: error.message };
  }
}
