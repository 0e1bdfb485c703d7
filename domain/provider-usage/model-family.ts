import { modelStem } from '../pricing/model-id.ts';

const OPENAI = /^(?:openai\.|gpt-|chatgpt-|codex-|o\d)/;
const CLAUDE = /^(?:anthropic\.)?claude-/;

/** Whether a model is OpenAI's, on whichever platform. */
export const isOpenAiModel = (model: string): boolean => OPENAI.test(modelStem(model));

/** Whether a model is Anthropic's, on whichever platform. */
export const isClaude = (model: string): boolean => CLAUDE.test(modelStem(model));

const GEMINI_2 = /^gemini-[12](?:[.-]|$)/;
const IMAGE_MODEL = /^(?:gpt|chatgpt)-image-/;

/** Whether a model is Gemini 2.5 or earlier. */
export const isGemini2 = (model: string): boolean => GEMINI_2.test(modelStem(model));

/** Whether a model of OpenAI creates images. */
export const isImageModel = (model: string): boolean => IMAGE_MODEL.test(modelStem(model));
