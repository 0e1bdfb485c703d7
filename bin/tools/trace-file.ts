import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import {
  KNOWN_COLUMNS,
  recognizeTrace,
  type TraceFormat,
} from '../../domain/traces/trace-format.ts';
import type { ParsedRow } from '../../domain/traces/trace-record.ts';
import { CommandError, messageOf } from './command-line.ts';

export type NumberedRow = { rowNumber: number; row: ParsedRow };

/** A trace file, plain or gzip by its content; it can be read any number of times. */
export type TraceFile = {
  path: string;
  format: TraceFormat;
  rows: () => AsyncGenerator<NumberedRow>;
};

/** @throws CommandError when there is no such file, or no format has its columns */
export async function openTrace(path: string): Promise<TraceFile> {
  const isGzip = await startsAsGzip(path);
  let format: TraceFormat | undefined;
  for await (const line of lines(path, isGzip)) {
    format = recognizeTrace(line);
    break;
  }
  if (!format) {
    throw new CommandError(
      `${path} is no trace that is known here. Known first lines: ${KNOWN_COLUMNS}`,
    );
  }
  const known = format;
  return {
    path,
    format,
    async *rows() {
      let rowNumber = 0;
      let isHeader = known.hasHeader;
      for await (const line of lines(path, isGzip)) {
        if (isHeader) {
          isHeader = false;
          continue;
        }
        if (line.trim() === '') continue;
        rowNumber += 1;
        yield { rowNumber, row: known.parseRow(line) };
      }
    },
  };
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

async function* lines(path: string, isGzip: boolean): AsyncGenerator<string> {
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
