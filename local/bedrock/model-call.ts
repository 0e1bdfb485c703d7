import type { Json } from './json.ts';

/** The APIs of Bedrock's runtime that models answer on. */
export const APIS = ['converse', 'invoke', 'chat', 'responses', 'messages'] as const;
export type Api = (typeof APIS)[number];

/** How long a cached prefix lives after its last use. */
export type CacheTtl = '5m' | '1h';

/** Ends a prefix of the prompt that the model may cache. */
export type CachePoint = { kind: 'cachePoint'; ttl: CacheTtl };

/** A part of a message. */
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'media'; name: string; tokens: number; digest: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'toolUse'; id: string; name: string; input: unknown }
  | { kind: 'toolResult'; id: string; blocks: readonly Block[] }
  | CachePoint;

export type Turn = { role: 'user' | 'assistant'; blocks: readonly Block[] };

export type Tool = { kind: 'tool'; name: string; description: string; schema: Json };

/** Whether the model calls a tool: when it sees fit, never, always some, or always this one. */
export type ToolChoice = 'auto' | 'none' | 'any' | { name: string };

/** What a request asks of a model, whichever API it came by. */
export type ModelCall = {
  system: readonly Block[];
  turns: readonly Turn[];
  tools: readonly (Tool | CachePoint)[];
  toolChoice: ToolChoice;
  /** Without it, the model stops at its own maximum. */
  maxTokens?: number | undefined;
  stopSequences: readonly string[];
  /** The most tokens the model may spend on reasoning. Without it, the model does not reason. */
  reasoningTokens?: number | undefined;
  /** The tier that serves it. Default: the usual one. */
  serviceTier?: string | undefined;
  /** The JSON schema that the answer must satisfy. */
  schema?: Json | undefined;
};

/** The texts of blocks, including those inside tool results. */
export function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'text') return [block.text];
    return block.kind === 'toolResult' ? textsOf(block.blocks) : [];
  });
}

/** The text of the last message, or an empty one. */
export const lastText = (call: ModelCall): string =>
  textsOf(call.turns.at(-1)?.blocks ?? []).join('\n');

/** All texts of a call: system, then messages. */
export const wholeText = (call: ModelCall): string =>
  [call.system, ...call.turns.map(({ blocks }) => blocks)].flatMap(textsOf).join('\n');
