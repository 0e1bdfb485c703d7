import { FIELD_KINDS } from './field-kinds.ts';
import type { Example } from './mutations.ts';

/** A scope's own levels with every field but `percent`, which needs a budget. */
export const thresholdsBody: Example['body'] = {
  levels: [
    { name: 'warning', amountUsd: '5', period: 'daily', action: 'alert' },
    {
      name: 'critical',
      amountUsd: '8.5',
      period: 'daily',
      action: 'throttle',
      tier: 1,
      spares: 'high',
    },
  ],
};

/** Defaults for sessions, whose only budget is the total. */
export const defaultsExample: Example = {
  body: {
    budgets: {
      total: { limitUsd: '5', timeZone: 'UTC', enforcement: 'enforce', onExpiry: 'presume' },
    },
    levels: [{ name: 'warning', percent: 80, period: 'total', action: 'alert' }],
    holdSeconds: 600,
    idleSeconds: 3_600,
  },
  kinds: FIELD_KINDS,
  required: ['levels[0].name', 'levels[0].action'],
  nullable: [
    'budgets',
    'budgets.total',
    ...['timeZone', 'enforcement', 'onExpiry'].map((name) => `budgets.total.${name}`),
    'levels',
    'holdSeconds',
    'idleSeconds',
  ],
};
