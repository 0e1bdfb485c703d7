import * as z from 'zod';
import { parsedJson } from '../../domain/gateway/translation/reading.ts';
import { type DataFolder, UnreadableDataError } from './data-folder.ts';

export const isPromptFile = (file: string): boolean => /^outlen_.*\.jsonl(?:\.gz)?$/.test(file);

export type CountedPrompt = { prompt: string; inputTokens: number };
export type AnsweredPrompt = CountedPrompt & { model: string; outputTokens: number };

const counted = z.object({ prompt: z.string(), in_tokens: z.number().positive() });
const answered = counted.extend({ model: z.string(), out_tokens: z.number().nonnegative() });

/**
 * Reads a file's distinct prompts with their input tokens.
 * @throws UnreadableDataError naming the invalid line
 */
export async function readCountedPrompts(
  folder: DataFolder,
  file: string,
): Promise<CountedPrompt[]> {
  const tokens = new Map<string, number>();
  let number = 0;
  for await (const line of folder.lines(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const read = counted.safeParse(parsedJson(line));
    if (!read.success) {
      throw new UnreadableDataError(`${file}, line ${number}: needs prompt and in_tokens`);
    }
    tokens.set(read.data.prompt, read.data.in_tokens);
  }
  return [...tokens].map(([prompt, inputTokens]) => ({ prompt, inputTokens }));
}

/** Reads the rows that have a model's answer. Leaves other rows to the parts that can use them. */
export async function readAnsweredPrompts(
  folder: DataFolder,
  file: string,
): Promise<AnsweredPrompt[]> {
  const prompts: AnsweredPrompt[] = [];
  for await (const line of folder.lines(file)) {
    const read = answered.safeParse(parsedJson(line));
    if (!read.success) continue;
    const { prompt, model, in_tokens: inputTokens, out_tokens: outputTokens } = read.data;
    prompts.push({ prompt, model, inputTokens, outputTokens });
  }
  return prompts;
}
