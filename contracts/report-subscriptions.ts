import * as z from 'zod';
import {
  REPORT_FREQUENCIES,
  REPORT_SUBJECTS,
  type ReportSubscription,
} from '../domain/reporting/report-subscription.ts';
import { identifier } from './fields.ts';
import { grouping, timeZoneQuery } from './reports.ts';
import { defineRoute } from './route.ts';

const MAX_ADDRESSES = 10;

const subscriptionBody = z
  .strictObject({
    report: z.enum(REPORT_SUBJECTS).default('costs').meta({
      description:
        'costs: what was spent. savings: what accepted advice, routing and caches saved, and what open advice would save',
    }),
    frequency: z.enum(REPORT_FREQUENCIES),
    timeZone: timeZoneQuery,
    hour: z.int().min(0).max(23).default(7),
    to: z
      .array(z.string().max(254).email('must be an e-mail address'))
      .min(1, 'must have at least one address')
      .max(MAX_ADDRESSES, `must have at most ${MAX_ADDRESSES} addresses`)
      .refine(
        (addresses) => new Set(addresses).size === addresses.length,
        'must not repeat an address',
      ),
    groupBy: grouping
      .optional()
      .meta({ description: 'Only for costs. Default: department; of savings: total' }),
  })
  .superRefine(({ report, groupBy = 'total' }, context) => {
    if (report === 'costs' || groupBy === 'total') return;
    const message = 'applies only to costs: leave it out with report savings';
    context.addIssue({ code: 'custom', path: ['groupBy'], message });
  })
  .meta({ id: 'ReportSubscriptionInput' });

const subscriptionView = z
  .object({
    name: z.string(),
    report: z.enum(REPORT_SUBJECTS),
    frequency: z.enum(REPORT_FREQUENCIES),
    timeZone: z.string(),
    hour: z.int(),
    to: z.array(z.string()),
    groupBy: z.string(),
  })
  .meta({ id: 'ReportSubscription' });

const params = z.strictObject({ name: identifier });

export const reportSubscriptionRoutes = {
  listReportSubscriptions: defineRoute({
    method: 'GET',
    path: '/v1/reports/subscriptions',
    summary: 'The reports that are mailed',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    responses: {
      200: {
        description: 'Every subscription',
        schema: z.object({ items: z.array(subscriptionView) }),
      },
    },
  }),
  putReportSubscription: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/reports/subscriptions/{name}',
    summary:
      'Mail a report of every past day, week or month, with bars; replaces a subscription of this name',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params,
    body: subscriptionBody,
    responses: { 200: { description: 'The subscription now', schema: subscriptionView } },
  }),
  deleteReportSubscription: defineRoute({
    method: 'DELETE',
    path: '/v1/reports/subscriptions/{name}',
    summary: 'Stop mailing a report',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params,
    problems: ['not-found'],
    responses: { 200: { description: 'The deleted subscription', schema: subscriptionView } },
  }),
};

/** The API's view of a subscription. */
export const reportSubscriptionViewOf = ({
  to,
  groupBy,
  ...subscription
}: ReportSubscription): z.output<typeof subscriptionView> => ({
  name: subscription.name,
  report: subscription.report,
  frequency: subscription.frequency,
  timeZone: subscription.timeZone,
  hour: subscription.hour,
  to: [...to],
  groupBy: groupBy === 'organization' ? 'total' : groupBy,
});
