import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Locks the data folder for this process, because two runs in one folder would stop each other's
 * store. Returns a function that unlocks it. Throws an `Error` that names the process holding the
 * lock.
 */
export function lockDataDirectory(dataDirectory: string): () => void {
  const file = join(dataDirectory, 'run.pid');
  if (existsSync(file)) {
    const [pid = '', startedAt = ''] = readFileSync(file, 'utf8').split(' ');
    // Process IDs are reused, but an ID plus its start time is unique.
    if (startedAt !== '' && processStart(pid) === startedAt) {
      throw new Error(
        `The data folder ${dataDirectory} is in use by process ${pid}. Stop it first.`,
      );
    }
  }
  writeFileSync(file, `${process.pid} ${processStart(String(process.pid))}`);
  return () => rmSync(file, { force: true });
}

/** When a process started, in kernel ticks; empty without such a process or without /proc. */
function processStart(pid: string): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    return fields?.[19] ?? '';
  } catch {
    return '';
  }
}
