import { count, detailOf, type Meaning, type Rows, sorted, TIER } from '../meaning.ts';
import { ALL_INCLUDED, type UsageTable } from '../usage-table.ts';

const inModality = (rest: Meaning, others: Readonly<Record<string, Meaning>>): Meaning =>
  sorted('modality', 'tokenCount', {
    MODALITY_UNSPECIFIED: rest,
    TEXT: rest,
    IMAGE: rest,
    VIDEO: rest,
    DOCUMENT: rest,
    ...others,
  });

const PROMPT = inModality(detailOf('input'), { AUDIO: count('audioInputTokens') });
const OUTPUT = inModality(detailOf('output'), {
  AUDIO: count('audioOutputTokens'),
  IMAGE: count('imageOutputTokens'),
});

const ROWS: Rows = {
  promptTokenCount: count('input'),
  candidatesTokenCount: count('output'),
  responseTokenCount: count('output'),
  cachedContentTokenCount: count('cacheRead'),
  thoughtsTokenCount: count('reasoning'),
  toolUsePromptTokenCount: count('toolInput'),
  totalTokenCount: count('total'),
  promptTokensDetails: PROMPT,
  cacheTokensDetails: inModality(detailOf('cacheRead'), { AUDIO: count('cacheReadAudioTokens') }),
  candidatesTokensDetails: OUTPUT,
  responseTokensDetails: OUTPUT,
  toolUsePromptTokensDetails: inModality(detailOf('toolInput'), { AUDIO: detailOf('toolInput') }),
  trafficType: TIER,
  serviceTier: TIER,
};

const snakeOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const inSnakeCase = (meaning: Meaning): Meaning =>
  meaning.kind === 'sorted' ? { ...meaning, count: snakeOf(meaning.count) } : meaning;

/**
 * Gemini and Vertex AI. The prompt includes cached tokens. Candidates exclude thoughts, unless the
 * total says that they include them.
 */
export const gemini: UsageTable = {
  rows: ROWS,
  required: ['promptTokenCount'],
  inclusions: {
    ...ALL_INCLUDED,
    reasoningInOutput: false,
    toolInputInInput: false,
    mayOmitOutput: true,
  },
};

/** The same in the names of Google's SDK for Python. */
export const geminiPython: UsageTable = {
  ...gemini,
  rows: Object.fromEntries(
    Object.entries(ROWS).map(([name, meaning]) => [snakeOf(name), inSnakeCase(meaning)]),
  ),
  required: ['prompt_token_count'],
  marks: [
    'candidates_token_count',
    'total_token_count',
    'thoughts_token_count',
    'response_token_count',
  ],
};
