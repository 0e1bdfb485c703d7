import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CountsByUnit } from '../../domain/ledger/counts.ts';

/** What an outside observer knows to have happened; amounts in nano-dollars. */
export type JournalLine =
  /** A caller was told to proceed with a model, under budgets of its other scopes. */
  | { kind: 'granted'; id: string; model: string; budgetIds: string[] }
  /** Written just before the AI call; `covered` and `tokens` are what the reservation covers. */
  | { kind: 'spent'; id: string; atMs: number; covered: bigint; tokens: number }
  /** A settlement was acknowledged; `model` if another one served it than the reserved one. */
  | { kind: 'settled'; id: string; cost: bigint; model?: string | undefined }
  | { kind: 'voided'; id: string }
  /** Written just before a limit is set, because it may take effect without an acknowledgment. */
  | {
      kind: 'limit';
      budgetId: string;
      atMs: number;
      limit: bigint;
      counts?: CountsByUnit | undefined;
    }
  /** Written just before a limit is raised until an instant. */
  | { kind: 'override'; budgetId: string; atMs: number; untilMs: number; add: bigint }
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
