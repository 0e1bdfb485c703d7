import { writeFile } from 'node:fs/promises';
import { startBenchStore } from './ledger/bench-store.ts';
import { measureReports, RANGE_DAYS } from './reports/measure-reports.ts';
import { commandLine, runCommand, UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { grouped, textTable } from '../../bin/tools/text-table.ts';

const HELP = `npm run bench:reports -- [options]

Records usage events of ninety days in an embedded store of its own, first a
tenth of them and then all, and counts what reports read: it should follow the
range and not the events. Then writes files of them, into nothing, and shows how
long that takes and how much memory. Read units are as DynamoDB counts them.

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
    const rows = measured.reports.map(({ groupBy, recorded, readUnits, totalsMatch }) => [
      `by ${groupBy}`,
      grouped(recorded),
      ...readUnits.map((units) => units.toFixed(1)),
      totalsMatch ? 'yes' : 'NO',
    ]);
    const head = ['report', 'events', ...RANGE_DAYS.map((days) => `${days} d`), 'adds up'];
    console.log(`Read units by range\n${textTable([head, ...rows])}`);
    const files = measured.files.map((file) => [
      file.what,
      grouped(file.rows),
      grouped(file.bytes / 1_024),
      (file.ms / 1_000).toFixed(1),
      grouped((1_000 * file.rows) / file.ms),
      grouped(file.heapBytes / 1_048_576),
      grouped(file.readUnits),
    ]);
    const fileHead = ['file of 90 d', 'rows', 'KiB', 's', 'rows/s', 'heap MiB', 'read units'];
    console.log(`\nFiles\n${textTable([fileHead, ...files])}`);
    if (values.json) await writeFile(values.json, jsonText(measured));
    const totals = new Set(measured.files.map(({ totalNanoUsd }) => totalNanoUsd));
    return measured.reports.every(({ totalsMatch }) => totalsMatch) && totals.size === 1 ? 0 : 1;
  } finally {
    progress.stop();
    await store.stop();
  }
});

/** Money is too large for a number of JSON. */
const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)}\n`;
