import { defineFunction } from '../function-definition.ts';

export const sendDigests = defineFunction({
  name: 'send-digests',
  description: 'Sends alerts held for quiet hours and digests, once they are due',
  humanImpact: 'People do not hear of alerts that were held back for a digest or for quiet hours.',
  memoryMiB: 512,
  timeoutSeconds: 120,
  tables: { 'alerting-config': ['GetItem'], 'alert-deliveries': ['Query', 'UpdateItem'] },
  schedule: { expression: 'rate(5 minutes)', description: 'Send held alerts' },
  uses: ['alerts:deliver'],
});
