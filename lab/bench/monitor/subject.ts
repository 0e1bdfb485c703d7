import { startProgress } from '../../../bin/tools/progress.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { startBenchStore } from '../ledger/bench-store.ts';
import type { BenchSubject } from '../subject.ts';
import { measureMonitor } from './measure-monitor.ts';

export const MONITOR: BenchSubject = {
  name: 'monitor',
  summary: [
    'read units of one run of the 15-minute monitor, which should follow',
    'the scopes that changed and not the scopes that exist',
  ],
  options: {
    scopes: {
      summary: 'scopes that spent today',
      min: 1_000,
      max: 1_000_000,
      full: 100_000,
      quick: 10_000,
    },
  },
  async run({ numbers: { scopes = 0 } }) {
    const store = await startBenchStore();
    const progress = startProgress('scopes', scopes);
    try {
      const runs = await measureMonitor(store.endpoint, scopes, progress.update);
      const rows = runs.map(({ changed, reviewed, readUnits, wholeReadUnits }) => [
        `${grouped(changed)} of ${grouped(scopes)} changed`,
        grouped(reviewed),
        grouped(readUnits),
        changed === 0 ? '–' : (readUnits / changed).toFixed(2),
        grouped(wholeReadUnits),
      ]);
      const head = [
        'one run of the monitor',
        'reviewed',
        'read units',
        'per change',
        'reading all',
      ];
      return { text: textTable([head, ...rows]), figures: { scopes, runs }, isSound: true };
    } finally {
      progress.stop();
      await store.stop();
    }
  },
};
