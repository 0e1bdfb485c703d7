import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalPurser } from '../support/local-purser.ts';
import { tableLines } from '../support/table-lines.ts';

const DAY_MS = 86_400_000;
const run = promisify(execFile);
const BIN = join(import.meta.dirname, '../../bin');

/** The fuzz invents hosts and sends alerts to them. */
const UNREACHABLE = /the host was not found|not delivered by|digests were not sent/;

/** Waits until streams and queues are empty. @throws Error if they are not within ten minutes */
export async function drained(purser: LocalPurser): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    if ((await purser.drain()).status === 200) return;
  }
  throw new Error('streams and queues were not empty after ten minutes');
}

/** Runs the monitor, the nightly jobs, reports, digests and mails over the stored data. */
export async function runSchedules(purser: LocalPurser): Promise<void> {
  for (const advanceMs of [20 * 60_000, DAY_MS, 7 * DAY_MS]) {
    await purser.post('/_local/clock', { advanceMs });
    await drained(purser);
  }
}

/** Problems that the commands find in the ledger, the sums and the audit log. */
export async function provenBooks(purser: LocalPurser, fromMs: number): Promise<string[]> {
  const nowMs = await purser.now();
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const span = ['--from', dayOf(fromMs - 8 * DAY_MS), '--to', dayOf(nowMs + DAY_MS)];
  const outcomes = await Promise.all([
    complaint('ledger-check', purser, []),
    complaint('aggregates-rebuild', purser, ['--check', ...span]),
    complaint('audit-verify', purser, []),
  ]);
  return outcomes.flat();
}

async function complaint(name: string, purser: LocalPurser, args: string[]): Promise<string[]> {
  const env = { ...process.env, PURSER_DATA_DIR: purser.dataDirectory };
  return run(process.execPath, [join(BIN, `${name}.ts`), ...args], {
    env,
    maxBuffer: 2 ** 26,
  }).then(
    () => [],
    (error: { stdout?: string; stderr?: string }) => [
      `${name}: ${`${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-2_000)}`,
    ],
  );
}

/** Must not appear in any log, and the first two not in any table either. */
export const CANARIES = ['canary-key', 'canary-prompt', 'canary-secret', 'canary-tag'] as const;
const STORED_NOWHERE = CANARIES.slice(0, 2);

/** Forbidden content in log lines and stored items, and errors that functions logged. */
export async function leaksAndErrors(purser: LocalPurser): Promise<string[]> {
  const faults: string[] = [];
  const errors = new Map<string, { count: number; line: string }>();
  const folder = join(purser.dataDirectory, 'logs');
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const canary = CANARIES.find((secret) => line.includes(secret));
      if (canary) faults.push(`${canary} is in ${file}: ${line.slice(0, 300)}`);
      if (!line.includes('"level":"ERROR"') || UNREACHABLE.test(line)) continue;
      const kind = `${file} ${/"(?:code|errorMessage)":"[^"]*"/.exec(line)?.[0] ?? ''}`;
      errors.set(kind, { count: (errors.get(kind)?.count ?? 0) + 1, line });
    }
  }
  for (const [kind, { count, line }] of errors) {
    faults.push(`${count} errors in ${kind}, such as ${line.slice(0, 1_000)}`);
  }
  for (const line of await tableLines(purser.store())) {
    const canary = STORED_NOWHERE.find((secret) => line.includes(secret));
    if (canary) faults.push(`${canary} is stored: ${line.slice(0, 300)}`);
  }
  return faults;
}

/** Messages that no function could process, by queue. */
export async function failedMessages(purser: LocalPurser): Promise<string[]> {
  type Alarm = { name: string; state: string; reason?: string };
  const { body } = await purser.get<{ items: Alarm[] }>('/_local/alarms');
  return body.items
    .filter(({ name, state }) => state === 'ALARM' && /fail|dead|dlq|queue/i.test(name))
    .map(({ name, reason }) => `alarm ${name}: ${reason ?? ''}`);
}
