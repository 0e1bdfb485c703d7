/** One request of a kind, served by one model. */
export type ModelledRequest = { model: string; inputTokens: number; outputTokens: number };

/** A small request to a cheap model, a medium one, and a large one to an expensive model. */
export type Spread<Value> = { low: Value; typical: Value; high: Value };

/** An industry's assumed use of models, which its unit costs are based on. */
export type UsageModel = {
  industry: string;
  title: string;
  meaning: string;
  requests: Spread<ModelledRequest>;
  /** What one outcome is and how many requests it takes; absent if nobody can say. */
  outcome?: { meaning: string; requests: Spread<number> };
  source: string;
  sourceDate: string;
};

const CHEAP = 'amazon.nova-2-lite-v1:0';
const MIDDLE = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const DEAR = 'anthropic.claude-sonnet-5';

/** Quartiles of input and output tokens. */
const CONVERSATION = {
  low: { model: CHEAP, inputTokens: 398, outputTokens: 81 },
  typical: { model: MIDDLE, inputTokens: 1_035, outputTokens: 141 },
  high: { model: DEAR, inputTokens: 1_200, outputTokens: 397 },
};
const CONVERSATION_SOURCE =
  'quartiles of tokens in the Azure LLM inference trace 2023, conversation (AzurePublicDataset, Splitwise, ISCA 2024)';

/**
 * We found no public figure for what AI requests cost hotels that says how it was measured. The
 * hospitality profile is therefore modeled on a chat service, and says so.
 */
export const USAGE_MODELS: readonly UsageModel[] = [
  {
    industry: 'hospitality',
    title: 'Hospitality: answering guests',
    meaning:
      'one answer to a guest, with facts about the hotel in the prompt; assumed to be as long as in a public chat service, because no hotel has published a trace',
    requests: CONVERSATION,
    outcome: {
      meaning: 'one guest helped, assumed to take 1, 2 or 4 answers',
      requests: { low: 1, typical: 2, high: 4 },
    },
    source: CONVERSATION_SOURCE,
    sourceDate: '2023-11-16',
  },
  {
    industry: 'conversation',
    title: 'Conversation in general',
    meaning: 'one answer from a chat service',
    requests: CONVERSATION,
    source: CONVERSATION_SOURCE,
    sourceDate: '2023-11-16',
  },
  {
    industry: 'software',
    title: 'Software: code completion',
    meaning: 'one code completion: long prompts, one-line answers',
    requests: {
      low: { model: CHEAP, inputTokens: 573, outputTokens: 9 },
      typical: { model: MIDDLE, inputTokens: 1_454, outputTokens: 13 },
      high: { model: DEAR, inputTokens: 2_748, outputTokens: 22 },
    },
    source:
      'quartiles of tokens in the Azure LLM inference trace 2023, code (AzurePublicDataset, Splitwise, ISCA 2024)',
    sourceDate: '2023-11-16',
  },
];
