import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an outside observer knows to have happened; amounts in nano-dollars. */
export type JournalLine =
  /** A caller was told to proceed. */
  | { kind: 'granted'; id: string }
  /** Written just before the AI call; `covered` is the part that the reservation covers. */
  | { kind: 'spent'; id: string; atMs: number; covered: bigint }
  /** A settlement was acknowledged. */
  | { kind: 'settled'; id: string; cost: bigint }
  | { kind: 'voided'; id: string }
  /** Written just before a limit is set, because it may take effect without an acknowledgment. */
  | { kind: 'limit'; budgetId: string; atMs: number; limit: bigint }
  /** A client got an answer that must never occur. */
  | { kind: 'wrong'; facts: string };

export type Journal = { append(line: JournalLine): void };

/** An append-only file. Each line is a single write, so appended lines survive any kill. */
export const openJournal = (file: string): Journal => ({
  append: (line) => appendFileSync(file, `${JSON.stringify(line, textOf)}\n`),
});

/** Reads every line of every journal in a folder. */
export function readJournals(folder: string): JournalLine[] {
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text, valueOf) as JournalLine),
  );
}

const textOf = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value;

const valueOf = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
