import { writeFile } from 'node:fs/promises';
import { startBenchStore } from './ledger/bench-store.ts';
import { CONTENTION_INJECTED } from './ledger/contended-store.ts';
import { ledgerBenchText } from './ledger/ledger-bench-report.ts';
import { targetsOf } from './ledger/ledger-targets.ts';
import { FULL, measureLedger, partsOf, QUICK } from './ledger/measure-ledger.ts';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';

const HELP = `npm run bench:ledger -- [options]

Measures reserve and settle in this process, exact against escrow, on an
embedded store of its own: write units per request, many clients on one budget,
denied requests, money that lies idle in wallets, store calls. Milliseconds
depend on the machine: compare ratios and counts. One process remembers budgets
that lend for all its clients, so reads are fewer than in many Lambdas.

  --quick      smaller, for a first impression
  --json FILE  writes the figures as JSON

PURSER_DYNAMODB_ENDPOINT names another DynamoDB-compatible store; tables with
the prefix bench- are left there.

${CONTENTION_INJECTED}

A target that is missed is said; exit code 1 only when a law is broken: an
overspent budget, or a balance that does not add up.`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const sizes = values.quick ? QUICK : FULL;
  const store = await startBenchStore();
  const progress = startProgress('bench', partsOf(sizes));
  try {
    const result = await measureLedger(store.endpoint, sizes, progress.update);
    progress.stop();
    console.log(ledgerBenchText(result));
    if (values.json) {
      const figures = { ...result, targets: targetsOf(result) };
      const asText = (_: string, value: unknown): unknown =>
        typeof value === 'bigint' ? value.toString() : value;
      await writeFile(values.json, `${JSON.stringify(figures, asText, 2)}\n`);
    }
    return result.brokenLaws.length === 0 ? 0 : 1;
  } finally {
    progress.stop();
    await store.stop();
  }
});
