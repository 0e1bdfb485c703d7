import { invalid } from '../fault.ts';
import type { Block, CachePoint, ModelCall, Turn } from '../model-call.ts';

const MOST_CACHE_POINTS = 4;

/** Each tool call needs its result in the next message, and each result its call in the last one. */
export function checkToolResults(turns: readonly Turn[]): void {
  for (const [at, { blocks }] of turns.entries()) {
    const uses = idsOf(turns[at - 1]?.blocks ?? [], 'toolUse');
    const results = idsOf(blocks, 'toolResult');
    const missing = uses.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      throw invalid(
        `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const stray = results.find((id) => !uses.includes(id));
    if (stray !== undefined) {
      throw invalid(
        `messages.${at}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
  }
}

/** At most four cache points, and none of an hour after one of five minutes. */
export function checkCachePoints(call: ModelCall): void {
  const places: { path: string; blocks: readonly { kind: string }[] }[] = [
    { path: 'tools', blocks: call.tools },
    { path: 'system', blocks: call.system },
    ...call.turns.map(({ blocks }, at) => ({ path: `messages.${at}.content`, blocks })),
  ];
  const points = places.flatMap(({ path, blocks }) =>
    blocks
      .filter((block): block is CachePoint => block.kind === 'cachePoint')
      .map(({ ttl }) => ({ path, ttl })),
  );
  if (points.length > MOST_CACHE_POINTS) {
    throw invalid(
      `A maximum of ${MOST_CACHE_POINTS} blocks with cache_control may be provided. Found ${points.length}.`,
    );
  }
  const firstShort = points.findIndex(({ ttl }) => ttl === '5m');
  const late = points.find(({ ttl }, at) => ttl === '1h' && firstShort >= 0 && at > firstShort);
  if (late !== undefined) {
    throw invalid(
      `${late.path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`,
    );
  }
}

const idsOf = (blocks: readonly Block[], kind: 'toolUse' | 'toolResult'): string[] =>
  blocks.flatMap((block) => (block.kind === kind ? [block.id] : []));
