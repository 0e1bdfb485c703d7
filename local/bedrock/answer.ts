import { defaultText } from './default-text.ts';
import { sampleOf } from './json-sample.ts';
import type { Json } from './json.ts';
import { lastText, type ModelCall, type Tool } from './model-call.ts';
import { choose, idOf } from './seeded-choice.ts';
import { countTokens, cutTokens, tokensOf } from './tokens.ts';

export type AnswerBlock =
  | { kind: 'reasoning'; text: string; signature: string }
  | { kind: 'text'; text: string }
  /** `inputText` is the input as JSON. It ends early if the answer was cut in it. */
  | { kind: 'toolUse'; id: string; name: string; input: Json; inputText: string };

/** Why the model stopped. */
export type Stop = 'end' | 'length' | 'stopSequence' | 'toolUse' | 'filtered' | 'refusal';

/** What the model says, before an API gives it its format. */
export type Answer = {
  id: string;
  blocks: readonly AnswerBlock[];
  stop: Stop;
  stopSequence?: string | undefined;
  outputTokens: number;
  /** How many of the output tokens are reasoning. */
  reasoningTokens: number;
};

/** What a rule says about an answer. What it leaves out, the stand-in makes up. */
export type Script = {
  text?: string | undefined;
  reasoning?: string | undefined;
  tools?: readonly { name: string; input?: Json | undefined }[] | undefined;
  /** The exact length of the text that the stand-in makes up. */
  outputTokens?: number | undefined;
  stop?: 'filtered' | 'refusal' | undefined;
};

const REASONING_TOKENS = 40;

/** Decides what the stand-in makes up. */
export type Seeds = {
  /** The same for equal calls, so that they get the same words. */
  words: string;
  /** Different for each call, because ids are. */
  ids: string;
};

/**
 * What the model answers to a call. The same call, script and seeds always get the same answer. Ends
 * after exactly `maxTokens` tokens if it would be longer.
 */
export function composeAnswer(
  call: ModelCall,
  script: Script,
  { words: seed, ids }: Seeds,
  maxTokens: number,
): Answer {
  const draft: AnswerBlock[] = [];
  const reasoning = script.reasoning ?? madeUpReasoning(call, seed);
  if (reasoning !== undefined) {
    draft.push({ kind: 'reasoning', text: reasoning, signature: idOf(`${ids} signature`, 40) });
  }
  const tools = script.tools ?? chosenTools(call, script, seed);
  const text = script.text ?? madeUpText(call, script, seed, tools.length > 0);
  const [spoken, stopSequence] = untilStopSequence(text, call.stopSequences);
  if (spoken !== '') draft.push({ kind: 'text', text: spoken });
  if (stopSequence === undefined) {
    for (const [position, tool] of tools.entries()) {
      draft.push(toolUse(call, tool, `${ids} tool ${position}`));
    }
  }
  const calls = draft.some(({ kind }) => kind === 'toolUse');
  const stop = stopSequence === undefined ? (calls ? 'toolUse' : 'end') : 'stopSequence';
  const outputTokens = draft.reduce((sum, block) => sum + tokensOfBlock(block), 0);
  const blocks = outputTokens > maxTokens ? cutBlocks(draft, maxTokens) : draft;
  return {
    id: idOf(`${ids} answer`),
    blocks,
    ...(outputTokens > maxTokens
      ? { stop: 'length' as const }
      : { stop: script.stop ?? stop, stopSequence }),
    outputTokens: Math.min(outputTokens, maxTokens),
    reasoningTokens: blocks
      .filter(({ kind }) => kind === 'reasoning')
      .reduce((sum, block) => sum + tokensOfBlock(block), 0),
  };
}

/** The visible text of an answer. */
export const spokenText = ({ blocks }: Answer): string =>
  blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('');

export function tokensOfBlock(block: AnswerBlock): number {
  return block.kind === 'toolUse'
    ? countTokens(block.name) + countTokens(block.inputText)
    : countTokens(block.text);
}

function madeUpReasoning(call: ModelCall, seed: string): string | undefined {
  if (call.reasoningTokens === undefined) return undefined;
  const tokens = Math.min(REASONING_TOKENS, call.reasoningTokens);
  return defaultText(call, `${seed} reasoning`, tokens);
}

function madeUpText(call: ModelCall, script: Script, seed: string, callsTool: boolean): string {
  if (script.outputTokens !== undefined) return defaultText(call, seed, script.outputTokens);
  if (call.schema !== undefined) {
    return JSON.stringify(sampleOf(call.schema, lastText(call).slice(0, 40)));
  }
  if (!callsTool) return defaultText(call, seed);
  return call.toolChoice === 'auto' && script.tools === undefined
    ? 'I will use a tool for this.'
    : '';
}

/**
 * The built-in rule for tools: a required tool is called. Otherwise a tool is called if the last
 * message names it.
 */
function chosenTools(call: ModelCall, script: Script, seed: string): { name: string }[] {
  const tools = call.tools.filter((tool): tool is Tool => tool.kind === 'tool');
  const [first, ...others] = tools;
  if (first === undefined || script.text !== undefined || call.toolChoice === 'none') return [];
  if (call.toolChoice === 'any') return [choose([first, ...others], `${seed} tool`)];
  if (call.toolChoice !== 'auto') return [call.toolChoice];
  const last = call.turns.at(-1)?.blocks ?? [];
  if (last.some(({ kind }) => kind === 'toolResult')) return [];
  const text = lastText(call);
  return tools.filter(({ name }) => text.includes(name));
}

function toolUse(
  call: ModelCall,
  { name, input }: { name: string; input?: Json | undefined },
  seed: string,
): AnswerBlock {
  const tool = call.tools.find((item) => item.kind === 'tool' && item.name === name);
  const schema = tool?.kind === 'tool' ? tool.schema : {};
  const value = input ?? (sampleOf(schema, lastText(call).slice(0, 40)) as Json);
  return { kind: 'toolUse', id: idOf(seed), name, input: value, inputText: JSON.stringify(value) };
}

/** The text before the first stop sequence in it, and that sequence. */
function untilStopSequence(
  text: string,
  sequences: readonly string[],
): [text: string, sequence?: string] {
  const hits = sequences
    .map((sequence) => ({ sequence, at: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .toSorted((left, right) => left.at - right.at);
  const [hit] = hits;
  return hit === undefined ? [text] : [text.slice(0, hit.at), hit.sequence];
}

/** The first `limit` tokens of an answer. */
function cutBlocks(blocks: readonly AnswerBlock[], limit: number): AnswerBlock[] {
  const kept: AnswerBlock[] = [];
  let left = limit;
  for (const block of blocks) {
    const tokens = tokensOfBlock(block);
    if (tokens <= left) kept.push(block);
    else if (block.kind !== 'toolUse') {
      if (left > 0) kept.push({ ...block, text: cutTokens(block.text, left) });
    } else if (left >= countTokens(block.name)) {
      const inputText = tokensOf(block.inputText)
        .slice(0, left - countTokens(block.name))
        .join('');
      kept.push({ ...block, input: {}, inputText });
    }
    if (tokens >= left) break;
    left -= tokens;
  }
  return kept;
}
