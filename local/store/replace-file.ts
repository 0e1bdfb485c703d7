import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a small file so that a kill at any moment leaves either the old or the new content.
 * The kernel keeps what was written when the process dies, so nothing is forced to the disk.
 */
export function replaceFile(path: string, content: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, content);
  renameSync(fresh, path);
}
