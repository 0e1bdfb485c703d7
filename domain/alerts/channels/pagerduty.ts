import { PAGERDUTY_URL, pagerDutyEventOf } from '../pagerduty-event.ts';
import type { ChannelDefinition } from './definition.ts';

/** The integration key of a PagerDuty service. */
export type PagerDutySetting = { channel: 'pagerduty'; routingKey: string };

export const pagerduty: ChannelDefinition<PagerDutySetting> = {
  targets: ({ channel, routingKey }) => [{ channel, address: routingKey }],
  shows: ({ routingKey }) => ({ secrets: [routingKey] }),
  render: (alert, { address: routingKey }, { deployment, idOf }) => {
    const incidentId = idOf(alert.organizationId, alert.incidentKey ?? alert.dedupKey);
    return {
      by: 'post',
      url: PAGERDUTY_URL,
      body: JSON.stringify(pagerDutyEventOf(alert, { routingKey, incidentId, deployment })),
    };
  },
  readBy: 'programs',
  isPager: true,
};
