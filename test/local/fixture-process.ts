import { startLocalRun } from '../../local/local-run.ts';
import { stopOnSignals } from '../../local/stop-on-signals.ts';
import { LOCAL_KEY } from './local-caller.ts';

/* Runs an assembly in a separate process that a test can kill. Prints its addresses as JSON. */
const [assemblyDirectory = '', dataDirectory = ''] = process.argv.slice(2);
const run = await startLocalRun({
  assemblyDirectory,
  dataDirectory,
  port: 0,
  key: () => LOCAL_KEY,
  onProgress: (message) => process.stderr.write(`${message}\n`),
});
stopOnSignals(run);
const { url, dynamoDbEndpoint, tableNames } = run;
process.stdout.write(`${JSON.stringify({ url, dynamoDbEndpoint, tableNames })}\n`);
