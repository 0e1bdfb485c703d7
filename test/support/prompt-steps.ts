import type { ExampleStep } from './example-requests.ts';
import { RENDERING, TEMPLATE, WORDY_PROMPT } from './prompt-bodies.ts';

const step = (operationId: string, request: ReturnType<ExampleStep['request']>): ExampleStep => ({
  operationId,
  request: () => request,
});
const params = { name: 'greeting' };
const model = 'anthropic.claude-sonnet-4-6';

/** Examples of the routes of prompts. */
export const PROMPT_STEPS: readonly ExampleStep[] = [
  step('putPromptTemplate', { params, body: TEMPLATE }),
  step('getPromptTemplate', { params }),
  step('getPromptTemplateVersion', { params: { ...params, version: '1' } }),
  step('listPromptTemplates', { query: { limit: '1' } }),
  step('renderPromptTemplate', { params, body: RENDERING }),
  step('deletePromptTemplateVersion', { params: { ...params, version: '1' } }),
  step('putPromptTemplate', { params: { name: 'farewell' }, body: { prompt: 'Say goodbye.' } }),
  step('deletePromptTemplate', { params: { name: 'farewell' } }),
  step('optimizePrompt', { body: { model, prompt: WORDY_PROMPT } }),
];
