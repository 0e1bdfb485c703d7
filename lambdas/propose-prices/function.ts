import { defineFunction } from '../function-definition.ts';

export const proposePrices = defineFunction({
  name: 'propose-prices',
  description: "Compares rate cards with AWS's price list, and proposes or applies what changed",
  humanImpact:
    'Nobody learns that AWS has changed a price, so amounts held and charged may be wrong.',
  memoryMiB: 1024,
  timeoutSeconds: 300,
  tables: {
    'token-analytics': ['Query'],
    'organization-settings': ['GetItem'],
    'rate-cards': ['GetItem', 'BatchGetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  schedule: { expression: 'cron(30 3 * * ? *)', description: 'Compare prices' },
  uses: ['alerts:publish', 'prices:read'],
});
