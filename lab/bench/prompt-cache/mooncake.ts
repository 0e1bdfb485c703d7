import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { UsageError } from '../../../bin/tools/command-line.ts';
import type { Workload } from './workloads.ts';

const FILE = 'mooncake_conversation.jsonl.gz';
const BLOCK_TOKENS = 512;

const row = z.object({
  timestamp: z.number(),
  input_length: z.number(),
  hash_ids: z.array(z.number()),
});

/**
 * Half an hour of a chat service by the beginnings of its prompts (kvcache-ai/Mooncake, Apache-2.0). Each
 * whole block of 512 tokens ends a beginning; where turns end is not published.
 * @throws UsageError if the folder has no such file
 */
export function mooncakeWorkload(folder: string): Workload {
  const rows = readRows(join(folder, FILE));
  return {
    name: 'Mooncake chats',
    prompts: rows.map(({ timestamp: atMs, input_length: tokens, hash_ids: ids }) => ({
      atMs,
      prompt: {
        stable: undefined,
        turns: ids
          .slice(0, Math.floor(tokens / BLOCK_TOKENS))
          .map((id, at) => ({ key: String(id), tokens: (at + 1) * BLOCK_TOKENS })),
      },
    })),
  };
}

/** The blocks of each prompt of the same service, in the order of the trace. */
export const mooncakeBlocks = (folder: string): number[][] =>
  readRows(join(folder, FILE)).map(({ hash_ids: ids }) => ids);

function readRows(path: string): z.infer<typeof row>[] {
  try {
    const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
    return lines.map((line) => row.parse(JSON.parse(line)));
  } catch (error) {
    throw new UsageError(`Name a folder with ${FILE}: ${(error as Error).message}`);
  }
}
