import { writeFile } from 'node:fs/promises';
import { startBenchStore } from './tools/bench-ledger/bench-store.ts';
import { measureReports, RANGE_DAYS } from './tools/bench-reports/measure-reports.ts';
import { commandLine, runCommand, UsageError, wholeNumber } from './tools/command-line.ts';
import { startProgress } from './tools/progress.ts';
import { grouped, textTable } from './tools/text-table.ts';

const HELP = `npm run bench:reports -- [options]

Records usage events of ninety days in an embedded store of its own, first a
tenth of them and then all, and counts what reports read: it should follow the
range and not the events. Read units are as DynamoDB counts them.

  --events N   how many events, 10000 to 1000000 (20000)
  --json FILE  writes the figures as JSON`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    events: { type: 'string', default: '20000' },
    json: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const events = wholeNumber('events', values.events, 10_000, 1_000_000);
  const store = await startBenchStore();
  const progress = startProgress('events', events);
  try {
    const measured = await measureReports(store.endpoint, events, (done, note) =>
      progress.update(done, note),
    );
    progress.stop();
    const rows = measured.map(({ groupBy, recorded, readUnits, totalsMatch }) => [
      `by ${groupBy}`,
      grouped(recorded),
      ...readUnits.map((units) => units.toFixed(1)),
      totalsMatch ? 'yes' : 'NO',
    ]);
    const head = ['report', 'events', ...RANGE_DAYS.map((days) => `${days} d`), 'adds up'];
    console.log(`Read units by range\n${textTable([head, ...rows])}`);
    if (values.json) await writeFile(values.json, `${JSON.stringify(measured, null, 2)}\n`);
    return measured.every(({ totalsMatch }) => totalsMatch) ? 0 : 1;
  } finally {
    progress.stop();
    await store.stop();
  }
});
