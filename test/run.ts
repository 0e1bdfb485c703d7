import { spawnSync } from 'node:child_process';

/*
 * `npm test` checks types, lint and format, then runs every test. `npm test -- <folder or file>`
 * runs only those tests, for quick feedback.
 */
const [, , ...selection] = process.argv;
if (selection.length === 0) run('npm', ['run', '--silent', 'check']);
run('vitest', ['run', ...selection]);

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
