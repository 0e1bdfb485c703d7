import { writeFile } from 'node:fs/promises';
import { sampleCsv, sampleTrace } from './sample-trace.ts';
import {
  CommandError,
  commandLine,
  messageOf,
  runCommand,
  wholeNumber,
} from '../../bin/tools/command-line.ts';

const HELP = `npm run sample -- [options]

Writes a sample trace whose lengths, rates, routes and repetition follow the
published figures of real ones (docs/traces.md). Send it with npm run replay.

  --rows N    number of requests (2000)
  --seed N    the same seed gives the same bytes (1)
  --out FILE  where to write it; without it the trace goes to standard output`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    rows: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  });
  const rows = wholeNumber('rows', values.rows, 1, 1_000_000);
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 32 - 1);
  const path = values.out ?? positionals[0];
  const trace = sampleTrace(rows, seed);
  const text = sampleCsv(trace);
  if (path === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${messageOf(error)}`);
  }
  const minutes = ((trace.at(-1)?.atMs ?? 0) / 60_000).toFixed(1);
  console.log(`${path}: ${rows} requests over ${minutes} minutes, seed ${seed}`);
  console.log(`Send it: npm run replay -- ${path}`);
  return 0;
});
