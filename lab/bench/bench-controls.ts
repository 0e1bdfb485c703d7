import { writeFile } from 'node:fs/promises';
import { type ControlTimes, measureControls } from './controls/measure-controls.ts';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { startOwnRun } from '../own-run.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { grouped, textTable } from '../../bin/tools/text-table.ts';

const HELP = `npm run bench:controls -- [options]

Starts a Purser of its own on a free port, lets users spend past the default
thresholds of 5, 10 and 25 USD, and measures how long it takes from the answer
of a settlement until the next request of that user gets another decision, and
until the alert is delivered. Requests are sent until the decision changes.

  --users N    how many users, one after the other (10)
  --json FILE  writes the figures as JSON

Exit code 1 when a target is missed: 5 s to a decision, 60 s to an alert.`;

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

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    users: { type: 'string', default: '10' },
    json: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const users = Number(values.users);
  if (!Number.isInteger(users) || users < 1 || users > 30) {
    throw new UsageError('--users takes a whole number from 1 to 30.');
  }
  const own = await startOwnRun();
  const progress = startProgress('users', users);
  try {
    const times = await measureControls(own, users, progress.update);
    progress.stop();
    const rows = (Object.keys(NAMES) as (keyof ControlTimes)[]).map((name) => {
      const sorted = times.map((time) => time[name]).toSorted((one, other) => one - other);
      const worst = sorted.at(-1) ?? Number.NaN;
      return {
        name,
        medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
        worstMs: worst,
        targetMs: TARGETS_MS[name],
        isMet: worst < TARGETS_MS[name],
      };
    });
    console.log(
      textTable([
        [`from the settlement, ${users} users (ms)`, 'median', 'worst', 'target', ''],
        ...rows.map(({ name, medianMs, worstMs, targetMs, isMet }) => [
          NAMES[name],
          grouped(medianMs),
          grouped(worstMs),
          `< ${grouped(targetMs)}`,
          isMet ? 'met' : 'NOT MET',
        ]),
      ]),
    );
    if (values.json) await writeFile(values.json, `${JSON.stringify({ rows, times }, null, 2)}\n`);
    return rows.every(({ isMet }) => isMet) ? 0 : 1;
  } finally {
    progress.stop();
    await own.stop();
  }
});
