import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';

/**
 * The lines of a text file, plain or gzip by its content. @throws CommandError saying what failed
 */
export async function* textLines(path: string): AsyncGenerator<string> {
  const isGzip = await startsAsGzip(path);
  const file = createReadStream(path);
  const text = isGzip ? file.pipe(createGunzip()) : file;
  const failed = new Promise<never>((_, reject) => {
    file.once('error', reject);
    text.once('error', reject);
  });
  failed.catch(() => undefined);
  const reader = createInterface({ input: text, crlfDelay: Infinity });
  const iterator = reader[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), failed]);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw new CommandError(`${path} breaks off: ${messageOf(error)}`);
  } finally {
    reader.close();
    file.destroy();
  }
}

async function startsAsGzip(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.readUInt16BE(0) === 0x1f8b;
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${messageOf(error)}`);
  }
}
