import { startProgress } from '../../../bin/tools/progress.ts';
import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { startOwnRun } from '../../own-run.ts';
import type { BenchSubject } from '../subject.ts';
import { type ControlTimes, measureControls } from './measure-controls.ts';

const TARGETS_MS: Record<keyof ControlTimes, number> = {
  downgradedMs: 5_000,
  refusedMs: 5_000,
  alertedMs: 60_000,
  freedMs: 5_000,
};
const NAMES: Record<keyof ControlTimes, string> = {
  downgradedMs: 'throttled: first cheaper model',
  refusedMs: 'shut down: first refusal',
  alertedMs: 'shut down: alert delivered',
  freedMs: 'reversed by hand: first request admitted',
};

export const CONTROLS: BenchSubject = {
  name: 'controls',
  summary: [
    'seconds from the settlement that passes a threshold until the next',
    'request is decided otherwise (limit 5 s), and until the alert is',
    'delivered (limit 60 s)',
  ],
  options: {
    // An address gets only a few messages in an hour; the alerts of more users wait for its end.
    users: { summary: 'users, one after the other', min: 1, max: 3, full: 3, quick: 2 },
  },
  async run({ numbers: { users = 0 } }) {
    const own = await startOwnRun();
    const progress = startProgress('users', users);
    try {
      const times = await measureControls(own, users, progress.update);
      const rows = (Object.keys(NAMES) as (keyof ControlTimes)[]).map((name) => rowOf(name, times));
      return {
        text: controlsText(users, rows),
        figures: { rows, times },
        isSound: rows.every(({ isMet }) => isMet),
      };
    } finally {
      progress.stop();
      await own.stop();
    }
  },
};

function rowOf(name: keyof ControlTimes, times: readonly ControlTimes[]) {
  const sorted = times.map((time) => time[name]).toSorted((left, right) => left - right);
  const worstMs = sorted.at(-1) ?? Number.NaN;
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const targetMs = TARGETS_MS[name];
  return { name, medianMs, worstMs, targetMs, isMet: worstMs < targetMs };
}

const controlsText = (users: number, rows: readonly ReturnType<typeof rowOf>[]): string =>
  textTable([
    [`from the settlement, ${users} users (ms)`, 'median', 'worst', 'target', ''],
    ...rows.map(({ name, medianMs, worstMs, targetMs, isMet }) => [
      NAMES[name],
      grouped(medianMs),
      grouped(worstMs),
      `< ${grouped(targetMs)}`,
      isMet ? 'met' : 'NOT MET',
    ]),
  ]);
