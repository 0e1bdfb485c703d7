import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/*
 * `npm test` runs every test and meanwhile checks types, lint and format. A check that fails ends
 * the tests, and its output comes last. `npm test -- <folder or file>` runs only those tests, for
 * quick feedback.
 */
const [, , ...selection] = process.argv;
if (selection.length === 0) console.log('Checks types, lint and format beside the tests.');
const tests = spawn('vitest', ['run', ...selection], { stdio: 'inherit' });
const [ran, checked] = await Promise.all([endOf(tests), selection.length === 0 ? check() : 0]);
process.exitCode = checked || ran;

/** Shows the output only if it says what to correct, so that it does not mix with that of the tests. */
async function check(): Promise<number> {
  const child = spawn('npm', ['run', '--silent', 'check'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    endOf(child),
  ]);
  if (status === 0) return 0;
  tests.kill('SIGINT');
  await endOf(tests);
  console.error(`${output}${errors}\nThe checks failed, so the tests were ended.`);
  return status;
}

/** @returns the exit code */
async function endOf(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? 1;
}
