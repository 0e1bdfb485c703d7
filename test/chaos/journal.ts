import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What somebody outside the ledger knows to have happened; amounts in nano-dollars. */
export type JournalLine =
  /** A caller was told to proceed. */
  | { kind: 'granted'; id: string }
  /** Written just before the AI call; `covered` is the part that the reservation covers. */
  | { kind: 'spent'; id: string; atMs: number; covered: bigint }
  /** A settlement was acknowledged. */
  | { kind: 'settled'; id: string; cost: bigint }
  | { kind: 'voided'; id: string }
  /** Written just before a limit is set, since it may come into force and nobody hear of it. */
  | { kind: 'limit'; budgetId: string; atMs: number; limit: bigint }
  /** A client was answered what it never must be. */
  | { kind: 'wrong'; facts: string };

export type Journal = { append(line: JournalLine): void };

/** A file that only grows, each line in one write to it: what was appended outlives any kill. */
export const openJournal = (file: string): Journal => ({
  append: (line) => appendFileSync(file, `${JSON.stringify(line, textOf)}\n`),
});

/** Every line of every journal in a folder. */
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
