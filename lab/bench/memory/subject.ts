import { buildFunctions } from '../../../bin/build.ts';
import { startProgress } from '../../../bin/tools/progress.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { startOwnRun } from '../../own-run.ts';
import { type ProcessUse, processTree } from '../../process-tree.ts';
import { createBenchApi } from '../requests/bench-api.ts';
import type { BenchSubject } from '../subject.ts';
import { timedCalls } from '../timed-calls.ts';

/** What all processes of a run may take after the requests. */
const MOST_BYTES = 600e6;
const AT_ONCE = 16;

export const MEMORY: BenchSubject = {
  name: 'memory',
  summary: [
    'memory of all processes of `npm start` after requests, each a',
    'reserve and a settle, and their followers (two minutes, Linux only)',
  ],
  options: {
    requests: {
      summary: 'requests',
      min: 1,
      max: 1_000_000,
      full: 4_000,
      quick: 400,
    },
  },
  async run({ numbers: { requests = 0 } }) {
    await buildFunctions();
    const own = await startOwnRun();
    const api = createBenchApi(own.url, own.key);
    const progress = startProgress('requests', requests);
    try {
      const atStart = processTree(own.pid);
      await api.putBudgets();
      await timedCalls(requests, AT_ONCE, async (index) => {
        await api.settle(index, await api.reserve(index));
        progress.update(index, '');
      });
      await api.drain();
      const after = processTree(own.pid);
      const { pssBytes } = sumOf(after);
      return {
        text: memoryText(requests, atStart, after),
        figures: { requests, atStart, after },
        isSound: pssBytes < MOST_BYTES,
      };
    } finally {
      progress.stop();
      api.close();
      await own.stop();
    }
  },
};

function memoryText(
  requests: number,
  atStart: readonly ProcessUse[],
  after: readonly ProcessUse[],
): string {
  const rows = (when: string, all: readonly ProcessUse[]): string[][] => [
    ...all.map((each) => rowOf(when, each)),
    rowOf(when, sumOf(all)),
  ];
  return textTable([
    ['MB', 'process', 'RSS', 'PSS'],
    ...rows('at start', atStart),
    ...rows(`after ${grouped(requests)} requests`, after),
  ]);
}

const rowOf = (when: string, { name, rssBytes, pssBytes }: ProcessUse): string[] => [
  when,
  name,
  megabytes(rssBytes),
  megabytes(pssBytes),
];

const megabytes = (bytes: number): string => grouped(Math.round(bytes / 1e6));

const sumOf = (all: readonly ProcessUse[]): ProcessUse => ({
  name: 'all',
  rssBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
  pssBytes: all.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
  cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
});
