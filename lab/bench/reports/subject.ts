import { startProgress } from '../../../bin/tools/progress.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { startBenchStore } from '../ledger/bench-store.ts';
import type { BenchSubject } from '../subject.ts';
import { measureReports, RANGE_DAYS } from './measure-reports.ts';

export const REPORTS: BenchSubject = {
  name: 'reports',
  summary: [
    'read units of reports over ninety days of usage, which should',
    'follow the range and not the events; then time and memory of files',
  ],
  options: {
    events: {
      summary: 'usage events',
      min: 10_000,
      max: 1_000_000,
      full: 20_000,
      quick: 10_000,
    },
  },
  async run({ numbers: { events = 0 } }) {
    const store = await startBenchStore();
    const progress = startProgress('events', events);
    try {
      const measured = await measureReports(store.endpoint, events, progress.update);
      const totals = new Set(measured.files.map(({ totalNanoUsd }) => totalNanoUsd));
      return {
        text: reportsText(measured),
        figures: measured,
        isSound: measured.reports.every(({ totalsMatch }) => totalsMatch) && totals.size === 1,
      };
    } finally {
      progress.stop();
      await store.stop();
    }
  },
};

function reportsText({ reports, files }: Awaited<ReturnType<typeof measureReports>>): string {
  const rows = reports.map(({ groupBy, recorded, readUnits, totalsMatch }) => [
    `by ${groupBy}`,
    grouped(recorded),
    ...readUnits.map((units) => units.toFixed(1)),
    totalsMatch ? 'yes' : 'NO',
  ]);
  const head = ['report', 'events', ...RANGE_DAYS.map((days) => `${days} d`), 'adds up'];
  const fileRows = files.map((file) => [
    file.what,
    grouped(file.rows),
    grouped(file.bytes / 1_024),
    (file.ms / 1_000).toFixed(1),
    grouped((1_000 * file.rows) / file.ms),
    grouped(file.heapBytes / 1_048_576),
    grouped(file.readUnits),
  ]);
  const fileHead = ['file of 90 d', 'rows', 'KiB', 's', 'rows/s', 'heap MiB', 'read units'];
  return [
    `Read units by range\n${textTable([head, ...rows])}`,
    `Files\n${textTable([fileHead, ...fileRows])}`,
  ].join('\n\n');
}
