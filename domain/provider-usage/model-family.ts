import { modelStem } from '../pricing/model-id.ts';

const OPENAI = /^(?:openai\.|gpt-|chatgpt-|codex-|o\d)/;
const CLAUDE = /^(?:anthropic\.)?claude-/;

/** Whether a model is OpenAI's, on whichever platform. */
export const isOpenAiModel = (model: string): boolean => OPENAI.test(modelStem(model));

/** Whether a model is Anthropic's, on whichever platform. */
export const isClaude = (model: string): boolean => CLAUDE.test(modelStem(model));
