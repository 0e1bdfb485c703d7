import * as z from 'zod';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { WINDOW_STRATEGIES } from '../domain/prompts/context-window.ts';
import { RULE_NAMES } from '../domain/prompts/rules/rules.ts';
import { identifier, modelName, tokenCount, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

const MAX_CHARACTERS = 900_000;
const MAX_MESSAGES = 2_000;

const text = z.string().max(MAX_CHARACTERS);
const parts = z.array(z.union([text, z.looseObject({})])).max(MAX_MESSAGES);
const content = z.union([text, parts]);
const promptMessage = z
  .looseObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']).optional(),
    content: content.nullish(),
  })
  .meta({
    id: 'PromptMessage',
    description:
      'A message of Converse, Messages, Chat Completions or Responses, or of an AI request. Other members stay as they are',
  })
  .refine((message) => 'role' in message || 'type' in message, 'needs a role or a type');

export const optimizeBody = z
  .strictObject({
    model: modelName,
    region: identifier.optional().meta({ example: 'eu-west-1' }),
    prompt: text.optional(),
    system: content.optional().meta({ description: 'Instructions that are no message' }),
    messages: z.array(promptMessage).min(1).max(MAX_MESSAGES).optional(),
    keepCachedPrefix: z.boolean().default(true).meta({
      description:
        'What the provider may have cached stays as it is, unless a shorter one is cheaper at once. false: for a new prompt or template',
    }),
    maxInputTokens: tokenCount.min(1, 'must be at least 1').optional().meta({
      description:
        'Messages from the middle of the conversation go until the rest has at most this many tokens',
    }),
    strategy: z
      .enum([...WINDOW_STRATEGIES, 'summarize'])
      .default('drop')
      .meta({ description: 'How messages go. summarize is refused in this version' }),
    pinned: z
      .array(
        z
          .int()
          .min(0)
          .max(MAX_MESSAGES - 1),
      )
      .max(MAX_MESSAGES)
      .optional()
      .meta({
        description: 'Positions of messages that stay, from 0',
      }),
  })
  .superRefine(({ prompt, messages }, context) => {
    if ((prompt === undefined) !== (messages === undefined)) return;
    const message = prompt === undefined ? 'is missing; or send messages' : 'send it, or messages';
    context.addIssue({ code: 'custom', path: ['prompt'], message });
  })
  .meta({ id: 'OptimizePromptInput' });
export type OptimizePromptInput = z.output<typeof optimizeBody>;

const ruleName = z.enum(['context-window', ...RULE_NAMES]);
type SavingRule = z.output<typeof ruleName>;

const optimizedView = z
  .object({
    prompt: z.string().optional(),
    system: z.unknown().optional(),
    messages: z.array(z.looseObject({})).optional(),
    model: z.string(),
    tokensBefore: tokenCount.meta({ description: 'Estimated, as in a prediction' }),
    tokensAfter: tokenCount,
    savedUsd: usdText.meta({ description: 'For one request, at the price of input' }),
    rules: z.array(
      z.object({
        rule: ruleName,
        savedTokens: tokenCount,
        savedUsd: usdText,
        edits: z.int().meta({ description: 'Places that changed, or messages that went' }),
      }),
    ),
    keptPrefixTokens: tokenCount.meta({
      description: 'Tokens that stayed because the provider may have cached them',
    }),
    droppedMessages: z.array(z.int()).meta({ description: 'Positions in the request' }),
  })
  .meta({ id: 'OptimizedPrompt' });

/** What became of a prompt. */
export type OptimizedPrompt = {
  parts: Pick<OptimizePromptInput, 'prompt' | 'system' | 'messages'>;
  model: string;
  tokensBefore: number;
  tokensAfter: number;
  savedNanoUsd: NanoUsd;
  /** Only those that saved tokens, in the order in which they were applied. */
  rules: readonly { rule: SavingRule; tokens: number; savedNanoUsd: NanoUsd; edits: number }[];
  keptPrefixTokens: number;
  droppedMessages: readonly number[];
};

export const promptRoutes = {
  optimizePrompt: defineRoute({
    method: 'POST',
    path: '/v1/prompts/optimize',
    summary: 'Take out of a prompt what says nothing, and tell what that saves',
    roles: ['caller', 'viewer', 'operator', 'admin'],
    access: { subject: 'none' },
    body: optimizeBody,
    maxBodyBytes: 4 * 1024 * 1024,
    problems: ['unknown-price'],
    responses: { 200: { description: 'The prompt, shorter or as it was', schema: optimizedView } },
  }),
};

/** The API's view of an optimized prompt. */
export const optimizedViewOf = ({
  parts: given,
  savedNanoUsd,
  rules,
  droppedMessages,
  ...figures
}: OptimizedPrompt): z.output<typeof optimizedView> => ({
  ...given,
  ...figures,
  savedUsd: formatUsd(savedNanoUsd),
  rules: rules.map(({ rule, tokens, savedNanoUsd: amount, edits }) => ({
    rule,
    savedTokens: tokens,
    savedUsd: formatUsd(amount),
    edits,
  })),
  droppedMessages: [...droppedMessages],
});
