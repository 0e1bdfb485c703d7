import { writeFile } from 'node:fs/promises';
import { startBenchStore } from './ledger/bench-store.ts';
import { measureMonitor } from './monitor/measure-monitor.ts';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { grouped, textTable } from '../../bin/tools/text-table.ts';

const HELP = `npm run bench:monitor -- [options]

Fills the sums of many scopes into an embedded store of its own, lets some of
them spend, and counts what one run of the 15-minute monitor reads: it should
follow what changed, not what exists. Read units are as DynamoDB counts them.

  --scopes N   how many scopes spent something today (100000)
  --json FILE  writes the figures as JSON`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    scopes: { type: 'string', default: '100000' },
    json: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const scopes = Number(values.scopes);
  if (!Number.isInteger(scopes) || scopes < 1_000 || scopes > 1_000_000) {
    throw new UsageError('--scopes takes a whole number from 1000 to 1000000.');
  }
  const store = await startBenchStore();
  const progress = startProgress('scopes', scopes);
  try {
    const runs = await measureMonitor(store.endpoint, scopes, (done, note) =>
      progress.update(done, note),
    );
    progress.stop();
    const rows = runs.map(({ changed, reviewed, readUnits, wholeReadUnits }) => [
      `${grouped(changed)} of ${grouped(scopes)} changed`,
      grouped(reviewed),
      grouped(readUnits),
      changed === 0 ? '–' : (readUnits / changed).toFixed(2),
      grouped(wholeReadUnits),
    ]);
    const head = ['one run of the monitor', 'reviewed', 'read units', 'per change', 'reading all'];
    console.log(textTable([head, ...rows]));
    if (values.json) await writeFile(values.json, `${JSON.stringify({ scopes, runs }, null, 2)}\n`);
    return 0;
  } finally {
    progress.stop();
    await store.stop();
  }
});
