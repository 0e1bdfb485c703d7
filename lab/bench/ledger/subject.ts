import { startProgress } from '../../../bin/tools/progress.ts';
import type { BenchSubject } from '../subject.ts';
import { startBenchStore } from './bench-store.ts';
import { ledgerBenchText } from './ledger-bench-report.ts';
import { targetsOf } from './ledger-targets.ts';
import { FULL, measureLedger, partsOf, QUICK } from './measure-ledger.ts';

export const LEDGER: BenchSubject = {
  name: 'ledger',
  summary: [
    'reserve and settle in this process, exact against escrow: write',
    'units, many clients on one budget, denied requests, idle money,',
    'store calls. It injects contention, and says how (five minutes).',
    'PURSER_DYNAMODB_ENDPOINT names another DynamoDB-compatible store;',
    'tables with the prefix bench- stay there.',
  ],
  options: {},
  async run({ isQuick }) {
    const sizes = isQuick ? QUICK : FULL;
    const store = await startBenchStore();
    const progress = startProgress('bench', partsOf(sizes));
    try {
      const result = await measureLedger(store.endpoint, sizes, progress.update);
      return {
        text: ledgerBenchText(result),
        figures: { ...result, targets: targetsOf(result) },
        isSound: result.brokenLaws.length === 0,
      };
    } finally {
      progress.stop();
      await store.stop();
    }
  },
};
