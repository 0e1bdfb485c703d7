import { estimateTokenCount } from 'tokenx';
import type { AiRequest } from '../contracts/ai-request.ts';

/** `upperTokens` is more than the true count in nearly all cases. */
export type InputCount = { tokens: number; upperTokens: number };

/** Tokens that chat formats add around each message, as OpenAI publishes for its own. */
const TOKENS_PER_MESSAGE = 4;

/** Covers the error of estimates in 99 of 100 prompts: measured in docs/decisions/0021. */
const PROSE_MARGIN = 0.2;
const DENSE_MARGIN = 0.4;

/** The input tokens of a request: as stated, or estimated from its text with a margin. */
export function countInputTokens(request: AiRequest): InputCount {
  if (request.inputTokens !== undefined) {
    return { tokens: request.inputTokens, upperTokens: request.inputTokens };
  }
  const texts = textsOf(request);
  let tokens = 0;
  let margin = 0;
  for (const text of texts) {
    const estimate = estimateOf(text);
    tokens += estimate;
    margin += estimate * (isDense(text) ? DENSE_MARGIN : PROSE_MARGIN);
  }
  const framing = TOKENS_PER_MESSAGE * texts.length;
  return { tokens: tokens + framing, upperTokens: Math.ceil(tokens + margin) + 2 * framing };
}

/** Long texts are estimated from pieces spread over them, so that the count takes milliseconds. */
const WHOLE_CHARACTERS = 64_000;
const PIECES = 16;
const PIECE_CHARACTERS = 2_000;

function estimateOf(text: string): number {
  if (text.length <= WHOLE_CHARACTERS) return estimateTokenCount(text);
  const step = (text.length - PIECE_CHARACTERS) / (PIECES - 1);
  let tokens = 0;
  for (let piece = 0; piece < PIECES; piece += 1) {
    const start = Math.floor(piece * step);
    tokens += estimateTokenCount(text.slice(start, start + PIECE_CHARACTERS));
  }
  return Math.ceil((tokens * text.length) / (PIECES * PIECE_CHARACTERS));
}

function textsOf({ prompt, messages = [] }: AiRequest): string[] {
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map(({ text }) => text),
  );
  return prompt === undefined ? parts : [prompt, ...parts];
}

/** Text in which marks and digits abound, such as JSON, has more tokens than its length tells. */
function isDense(text: string): boolean {
  const sample = text.slice(0, 4_000);
  const marks = sample.replace(/[\p{L}\p{M}\s]/gu, '').length;
  return marks > sample.length * 0.15;
}
