import { KNOWN_COLUMNS, recognizeTrace, type TraceFormat } from './trace-format.ts';
import type { ParsedRow } from './trace-record.ts';
import { CommandError } from '../../bin/tools/command-line.ts';
import { textLines } from './text-lines.ts';

export type NumberedRow = { rowNumber: number; row: ParsedRow };

/** A trace file, plain or gzip by its content. It can be read any number of times. */
export type TraceFile = {
  path: string;
  format: TraceFormat;
  rows: () => AsyncGenerator<NumberedRow>;
};

/** @throws CommandError if there is no such file, or no format matches its columns */
export async function openTrace(path: string): Promise<TraceFile> {
  let format: TraceFormat | undefined;
  for await (const line of textLines(path)) {
    format = recognizeTrace(line);
    break;
  }
  if (!format) {
    throw new CommandError(
      `${path} is not a trace that Purser knows. Known first lines: ${KNOWN_COLUMNS}`,
    );
  }
  const layout = format;
  return {
    path,
    format,
    async *rows() {
      let rowNumber = 0;
      let isHeader = layout.hasHeader;
      for await (const line of textLines(path)) {
        if (isHeader) {
          isHeader = false;
          continue;
        }
        if (line.trim() === '') continue;
        rowNumber += 1;
        yield { rowNumber, row: layout.parseRow(line) };
      }
    },
  };
}
