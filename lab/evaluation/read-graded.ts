import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parsedJson } from '../../domain/gateway/translation/reading.ts';
import type { GradedRow } from './figures/model-routing.ts';
import { type DataFolder, UnreadableDataError } from './data-folder.ts';

/** A row with its set, and a digit from 0 to 9 derived from its prompt, for splitting. */
export type LabelledRow = GradedRow & { set: string; digit: number };

export const isGradedFile = (file: string): boolean =>
  /^router_labels.*\.jsonl(?:\.gz)?$/.test(file);

const layout = z.object({
  set: z.string(),
  route: z.string(),
  prompt: z.string(),
  q: z.record(z.string(), z.number().min(0).max(1)),
});

/**
 * Reads requests graded by model. The digit is the SHA-1 of `r` and the prompt, modulo 10.
 * @throws UnreadableDataError for an invalid row
 */
export async function readGraded(folder: DataFolder, file: string): Promise<LabelledRow[]> {
  const rows: LabelledRow[] = [];
  for await (const line of folder.lines(file)) {
    if (line === '') continue;
    const read = layout.safeParse(parsedJson(line));
    if (!read.success) {
      throw new UnreadableDataError(
        `${file}, row ${rows.length + 1}: needs set, route, prompt, and in q a grade from 0 to 1 by model`,
      );
    }
    const { set, route, prompt, q } = read.data;
    rows.push({ set, route, quality: q, digit: digitOf(prompt) });
  }
  return rows;
}

const digitOf = (prompt: string): number =>
  Number(BigInt(`0x${createHash('sha1').update(`r${prompt}`).digest('hex')}`) % 10n);
