import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Copies what git tracks, or would track, to a new folder, so that no mutant ever touches the
 * checkout. Links installed packages.
 * @returns the folder, without symbolic links in its path
 */
export async function copyTree(root: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', list, { cwd: root, maxBuffer: 2 ** 26 });
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'purser-mutate-')));
  for (const file of stdout.split('\0').filter((name) => name !== '' && name !== 'node_modules')) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      // Deleted in the checkout but not committed yet.
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(await realpath(join(root, 'node_modules')), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
