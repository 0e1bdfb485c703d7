import { hash } from 'node:crypto';
import type { Block, CachePoint, CacheTtl, ModelCall, Tool } from './model-call.ts';
import { countTokens } from './tokens.ts';

/** One part of a prompt, in the order in which models read it: tools, system, messages. */
export type Segment = {
  tokens: number;
  /** Names this part and everything before it. */
  digest: string;
  /** Set if the prefix up to here may be cached. */
  cachePoint?: CacheTtl;
};

/** What each message costs beyond its content. */
const ROLE_TOKENS = 3;

/** Splits a call's prompt into parts. A cache point marks the part before it. */
export function segmentsOf(call: ModelCall): Segment[] {
  const segments: Segment[] = [];
  let digest = '';
  const add = (part: Block | Tool | CachePoint, furtherTokens = 0): void => {
    const last = segments.at(-1);
    if (part.kind === 'cachePoint') {
      if (last !== undefined) last.cachePoint = part.ttl;
      return;
    }
    digest = hash('sha256', digest + JSON.stringify(part), 'base64url');
    segments.push({ tokens: tokensOfPart(part) + furtherTokens, digest });
  };
  for (const tool of call.tools) add(tool);
  for (const block of call.system) add(block);
  for (const { role, blocks } of call.turns) {
    digest += role;
    for (const [position, block] of blocks.entries()) add(block, position === 0 ? ROLE_TOKENS : 0);
  }
  return segments;
}

export const promptTokens = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { tokens }) => sum + tokens, 0);

function tokensOfPart(part: Block | Tool): number {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return countTokens(part.text);
    case 'media':
      return part.tokens;
    case 'toolUse':
      return countTokens(part.name) + countTokens(JSON.stringify(part.input) ?? '');
    case 'toolResult':
      return part.blocks.reduce((sum, block) => sum + tokensOfPart(block), 0);
    case 'tool':
      return countTokens(`${part.name} ${part.description}${JSON.stringify(part.schema)}`);
    case 'cachePoint':
      return 0;
  }
}
