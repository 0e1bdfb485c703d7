import { defineFunction } from '../function-definition.ts';

export const deliverAlerts = defineFunction({
  name: 'deliver-alerts',
  description:
    'Delivers alerts to people through the channels they chose, and events to the event bus',
  humanImpact: 'People and programs are not told of overspending.',
  guardsMoney: true,
  memoryMiB: 512,
  timeoutSeconds: 20,
  tables: {
    'display-names': ['BatchGetItem'],
    ledger: ['BatchGetItem'],
    'token-usage': ['Query'],
    'threshold-breaches': ['Query', 'BatchGetItem', 'UpdateItem'],
    'auto-control-config': ['BatchGetItem'],
    'alerting-config': ['GetItem'],
    'alert-deliveries': ['PutItem', 'UpdateItem'],
  },
  queue: 'alerts',
  uses: ['alerts:publish', 'alerts:deliver', 'events:put'],
});
