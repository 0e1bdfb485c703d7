import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import { CommandError, messageOf } from '../../../bin/tools/command-line.ts';
import { textLines } from '../../traces/text-lines.ts';

/** Opens a folder of data sets. @throws CommandError if it cannot be listed */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const names = await readdir(path).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read: ${messageOf(error)}`);
  });
  return { path, files: names.toSorted(), lines: (file) => textLines(join(path, file)) };
}
