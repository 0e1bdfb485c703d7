import type { Call } from '../../domain/access/caller.ts';
import {
  MAX_SUBSCRIPTIONS,
  nextReportAt,
  type ReportSubscription,
} from '../../domain/reporting/report-subscription.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { Fingerprint } from '../../tables/fingerprint.ts';
import type { ReportSubscriptionStore } from '../../tables/report-subscriptions.ts';
import { invalidField, notFound } from '../errors.ts';
import { requireListedDimension, type TagSettings } from '../require-listed-tag.ts';

type Deps = {
  subscriptions: Pick<ReportSubscriptionStore, 'list' | 'replacement' | 'removal'>;
  settings: TagSettings;
  audit: Pick<AuditLog, 'change'>;
};

export type ReportSubscriptionManager = ReturnType<typeof createReportSubscriptionManager>;

/** Manages mailed reports. Audits every change. */
export function createReportSubscriptionManager({ subscriptions, settings, audit }: Deps) {
  return {
    list: (organizationId: string): Promise<ReportSubscription[]> =>
      subscriptions.list(organizationId),

    /**
     * @throws ServiceError naming the field if a tag is not listed or there are too many
     *   subscriptions
     */
    async put(
      { organizationId, actor, nowMs }: Call,
      subscription: ReportSubscription,
    ): Promise<ReportSubscription> {
      const { name, groupBy } = subscription;
      await requireListedDimension(settings, organizationId, groupBy);
      const others = (await subscriptions.list(organizationId)).filter(
        (item) => item.name !== name,
      );
      if (others.length >= MAX_SUBSCRIPTIONS) {
        throw invalidField(
          'name',
          `is one too many: an organization has at most ${MAX_SUBSCRIPTIONS} subscriptions`,
        );
      }
      const dueMs = nextReportAt(subscription, nowMs);
      await audit.change(async () => {
        const { before, write, fingerprint } = await subscriptions.replacement(
          organizationId,
          subscription,
          dueMs,
        );
        const entry = {
          organizationId,
          actor,
          action: 'report-subscription.put',
          target: name,
          ...(before ? { before: facts(before, fingerprint) } : {}),
          after: facts(subscription, fingerprint),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return subscription;
    },

    /** @throws ServiceError `not-found` if no subscription has this name */
    async delete(
      { organizationId, actor, nowMs }: Call,
      name: string,
    ): Promise<ReportSubscription> {
      const { before } = await audit.change(async () => {
        const removed = await subscriptions.removal(organizationId, name);
        if (!removed) throw notFound(`Subscription ${name} was not removed.`);
        const entry = {
          organizationId,
          actor,
          action: 'report-subscription.delete',
          target: name,
          before: facts(removed.before, removed.fingerprint),
          atMs: nowMs,
        };
        return { before: removed.before, entries: [entry], writes: [removed.write] };
      });
      return before;
    },
  };
}

/**
 * What the audit log records about a subscription: no addresses, because the log is never erased.
 */
const facts = ({ to, ...rest }: ReportSubscription, fingerprint: Fingerprint) => ({
  ...rest,
  addresses: to.length,
  fingerprint: fingerprint([...to]),
});
