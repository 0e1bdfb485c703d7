import { commandLine, runCommand, UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { fuzzText } from './fuzz-report.ts';
import { runFuzz } from './run-fuzz.ts';

const HELP = `Sends odd requests to a Purser of its own and looks what becomes of it.

  npm run fuzz -- [options]

  --requests N     how many requests                          [2000]
  --seed S         chooses them                               [1]
  --concurrency N  requests at once                           [16]
  --timeout N      seconds after which a request hangs        [20]

The requests come from the OpenAPI document that the application serves: valid
ones, and ones with odd values, names, numbers, encodings, paths, headers and
messages, by keys of several roles of one organization. Nothing may answer 5xx
or not at all, errors must be problems that name the field, and no other
organization may notice. Then streams, monitor, reports and mails run over what
was accepted, and ledger, sums and audit log must hold. Requests that failed are
printed as commands that send them again to a local run.

Exit code: 0, or 1 when anything was wrong, or 2 when the options are not
understood.`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: '16' },
    timeout: { type: 'string', default: '20' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const options = {
    requests: wholeNumber('requests', values.requests, 1, 10_000_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    concurrency: wholeNumber('concurrency', values.concurrency, 1, 256),
    limitMs: wholeNumber('timeout', values.timeout, 1, 600) * 1_000,
  };
  const progress = startProgress('requests', options.requests);
  const result = await runFuzz(options, progress.update).finally(() => progress.stop());
  console.log(fuzzText(options, result));
  return result.failed + result.faults.length === 0 ? 0 : 1;
});
