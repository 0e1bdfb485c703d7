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

/** Defaults for users of every kind that a rule may set. */
export const defaultsBody: Example['body'] = {
  budgets: {
    daily: { limitUsd: '5', timeZone: 'UTC', enforcement: 'enforce', onExpiry: 'presume' },
  },
  levels: [{ name: 'warning', percent: 80, period: 'daily', action: 'alert' }],
  holdSeconds: 600,
};
