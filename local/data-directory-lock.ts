import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes the data folder for this process; two runs on one folder would end each other's store.
 * Returns the function that gives it back. Throws an `Error` that names the process which has it.
 */
export function lockDataDirectory(dataDirectory: string): () => void {
  const file = join(dataDirectory, 'run.pid');
  if (existsSync(file)) {
    const [pid = '', startedAt = ''] = readFileSync(file, 'utf8').split(' ');
    // A process id is used again after a while; together with the start time it is unique.
    if (startedAt !== '' && processStart(pid) === startedAt) {
      throw new Error(
        `The data folder ${dataDirectory} is in use by process ${pid}. Stop it first.`,
      );
    }
  }
  writeFileSync(file, `${process.pid} ${processStart(String(process.pid))}`);
  return () => rmSync(file, { force: true });
}

/** When a process began, in the kernel's ticks; empty where there is no such process or no /proc. */
function processStart(pid: string): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    return fields?.[19] ?? '';
  } catch {
    return '';
  }
}
