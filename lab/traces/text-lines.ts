import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';

/**
 * The lines of a UTF-8 text file, plain or gzip by its content, without a byte order mark. Only
 * `\n` and `\r\n` end a line, as in JSON Lines and CSV: `node:readline` would also split at U+2028,
 * U+2029 and a lone `\r`, which a JSON string may hold.
 * @throws CommandError saying what failed
 */
export async function* textLines(path: string): AsyncGenerator<string> {
  const isGzip = await startsAsGzip(path);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of bytesOf(path, isGzip)) {
      const text = decoder.decode(chunk, { stream: true });
      rest += text;
      if (!text.includes('\n')) continue;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      yield* lines.map(withoutReturn);
    }
    rest += decoder.decode();
  } catch (error) {
    throw new CommandError(`${path} breaks off: ${messageOf(error)}`);
  }
  if (rest !== '') yield withoutReturn(rest);
}

/** The file's bytes, unpacked. An error of the file also ends the unpacking. */
function bytesOf(path: string, isGzip: boolean): AsyncIterable<Uint8Array> {
  const file = createReadStream(path);
  return isGzip ? pipeline(file, createGunzip(), () => undefined) : file;
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

async function startsAsGzip(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${messageOf(error)}`);
  }
}
