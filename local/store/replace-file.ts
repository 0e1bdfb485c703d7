import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a small file such that a kill at any moment leaves either the old or the new content. Does
 * not fsync, because the kernel keeps written data when the process dies.
 */
export function replaceFile(path: string, content: string): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, content);
  renameSync(fresh, path);
}
