import { checkedRow, type ParsedRow } from './trace-record.ts';

/** A trace's format: how to read its rows, and whether its first line is a header. */
export type TraceFormat = {
  name: string;
  hasHeader: boolean;
  parseRow: (line: string) => ParsedRow;
};

type Cell = (column: string) => string | undefined;
type CsvLayout = {
  name: string;
  input: string;
  output: string;
  /** Further columns that distinguish the layout from others. */
  marks?: readonly string[];
  atMs?: (cell: Cell) => number | undefined;
  labels?: (cell: Cell) => {
    system?: string | undefined;
    userId?: string | undefined;
    departmentId?: string | undefined;
    operation?: string | undefined;
    model?: string | undefined;
    session?: string | undefined;
    prefixBlocks?: readonly number[] | undefined;
  };
};

const seconds =
  (column: string) =>
  (cell: Cell): number | undefined => {
    const value = Number(cell(column) || Number.NaN);
    return Number.isFinite(value) ? Math.round(value * 1_000) : undefined;
  };

/** The columns of a sample trace in order. */
export const SAMPLE_COLUMNS = [
  't_s',
  'system',
  'user',
  'department',
  'operation',
  'model',
  'input_tokens',
  'output_tokens',
  'prefix_blocks',
] as const;

/** Known CSV layouts, most specific first. The first one whose columns are all present applies. */
const CSV_LAYOUTS: readonly CsvLayout[] = [
  {
    name: 'purser sample',
    input: 'input_tokens',
    output: 'output_tokens',
    marks: SAMPLE_COLUMNS,
    atMs: seconds('t_s'),
    labels: (cell) => ({
      system: cell('system'),
      userId: cell('user'),
      departmentId: cell('department'),
      operation: cell('operation'),
      model: cell('model'),
      prefixBlocks: cell('prefix_blocks')?.split(' ').map(Number),
    }),
  },
  {
    name: 'aider',
    input: 'input_tokens',
    output: 'output_tokens',
    marks: ['unix_s', 'user', 'model', 'mode'],
    atMs: seconds('unix_s'),
    labels: (cell) => ({
      userId: named('developer', cell('user')),
      operation: cell('mode'),
      model: cell('model'),
    }),
  },
  {
    name: 'llm judge',
    input: 'input_tokens',
    output: 'output_tokens',
    marks: ['judge', 'judged_model'],
    labels: (cell) => ({
      operation: 'judge',
      model: cell('judge'),
      session: cell('session_id'),
    }),
  },
  {
    name: 'azure 2023',
    input: 'input_tokens',
    output: 'output_tokens',
    marks: ['t_s'],
    atMs: seconds('t_s'),
  },
  {
    name: 'azure public',
    input: 'contexttokens',
    output: 'generatedtokens',
    marks: ['timestamp'],
    atMs: (cell) => instantMs(cell('timestamp') ?? ''),
  },
];

/** What a file's first line must contain, for the error message. */
export const KNOWN_COLUMNS =
  't_s,input_tokens,output_tokens (Azure 2023) · TIMESTAMP,ContextTokens,GeneratedTokens ' +
  '(Azure, as published) · JSON lines with timestamp, input_length, output_length (Mooncake) · ' +
  'unix_s,user,model,mode,input_tokens,output_tokens (aider) · ' +
  `judge,judged_model,input_tokens,output_tokens (LLM judge) · ${SAMPLE_COLUMNS.join(',')} (sample)`;

/** Recognizes a trace by its first line: a CSV header or a JSON object; never by a file's name. */
export function recognizeTrace(firstLine: string): TraceFormat | undefined {
  const line = firstLine.trim();
  if (line.startsWith('{')) {
    const row = jsonObject(line);
    return row && 'input_length' in row && 'output_length' in row
      ? { name: 'mooncake', hasHeader: false, parseRow: parseMooncakeRow }
      : undefined;
  }
  const columns = line.split(',').map((column) => column.trim().toLowerCase());
  const layout = CSV_LAYOUTS.find(({ input, output, marks = [] }) =>
    [input, output, ...marks].every((column) => columns.includes(column)),
  );
  return layout && { name: layout.name, hasHeader: true, parseRow: csvParser(layout, columns) };
}

function csvParser(layout: CsvLayout, columns: readonly string[]): (line: string) => ParsedRow {
  const position = new Map(columns.map((column, index) => [column, index]));
  return (line) => {
    const cells = line.split(',');
    if (cells.length !== columns.length) return { ok: false, reason: 'columns missing' };
    const cell: Cell = (column) => {
      const text = cells[position.get(column) ?? -1]?.trim();
      return text === '' ? undefined : text;
    };
    return checkedRow({
      atMs: layout.atMs?.(cell),
      ...layout.labels?.(cell),
      inputTokens: Number(cell(layout.input) ?? 0),
      outputTokens: Number(cell(layout.output) ?? 0),
    });
  };
}

/**
 * Conversations in this trace have no user. The second block distinguishes them; the first is
 * shared.
 */
function parseMooncakeRow(line: string): ParsedRow {
  const row = jsonObject(line);
  if (!row) return { ok: false, reason: 'not valid JSON' };
  const blocks = Array.isArray(row['hash_ids']) ? row['hash_ids'].map(Number) : undefined;
  return checkedRow({
    atMs: typeof row['timestamp'] === 'number' ? row['timestamp'] : undefined,
    inputTokens: Number(row['input_length']),
    outputTokens: Number(row['output_length']),
    operation: 'conversation',
    prefixBlocks: blocks,
  });
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The published files use `2023-11-16 18:15:46.6805900`; later ones add a zone. */
function instantMs(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?\d*(Z|[+-]\d\d:\d\d)?$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  return Date.parse(`${day}T${time}${fraction}${zone}`);
}

const named = (kind: string, id: string | undefined): string | undefined =>
  id === undefined ? undefined : `${kind}-${id}`;
