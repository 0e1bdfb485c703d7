import type { SpenderNews } from '../../domain/anomalies/spender-news.ts';
import { NANO_PER_USD } from '../../domain/money.ts';

/** A new system with a user of its own. */
export const newAgent: SpenderNews = {
  dimension: 'system',
  value: 'contract-agent',
  firstDay: '2026-11-18',
  day: '2026-11-20',
  costNanoUsd: 340n * NANO_PER_USD,
  billNanoUsd: 1_000n * NANO_PER_USD,
  joined: [{ dimension: 'user', value: 'contract-bot' }],
  uses: [
    { dimension: 'department', value: 'legal', percent: 100 },
    { dimension: 'user', value: 'contract-bot', percent: 100 },
    { dimension: 'model', value: 'anthropic.claude-opus-4-6', percent: 92 },
  ],
  lastDay: '2026-11-20',
};
