import * as z from 'zod';
import { aiRequest } from './ai-request.ts';
import { budgetView } from './budgets.ts';
import {
  identifier,
  instant,
  modelName,
  sessionId,
  tags,
  tokenCount,
  usd,
  usdText,
} from './fields.ts';
import { defineRoute } from './route.ts';

/** What a client of the Model Context Protocol learns when it connects. */
export const MCP_SERVER = { name: 'purser', title: 'Purser', version: '1.0.0' } as const;
export const MCP_INSTRUCTIONS =
  'Purser holds the budgets of AI requests. Ask remaining_budget before long or expensive work, quote before one expensive request, and report_usage after requests that did not go through Purser.';

/** The system of requests that come in by MCP and name none. */
export const MCP_SYSTEM = 'mcp';

const whose = {
  userId: identifier.optional().meta({
    description:
      'Whose money it is. Default: the user of your credentials, if they are for one user',
  }),
  departmentId: identifier.optional().meta({ description: 'The department that pays' }),
  system: identifier.optional().meta({
    description: `The system that makes the request. Default: the one of your credentials, else ${MCP_SYSTEM}`,
  }),
  sessionId: sessionId.optional(),
  tags: tags.optional().meta({ description: 'Labels of the request; some may have budgets' }),
};

const budgetLeft = budgetView.pick({
  budgetId: true,
  enforcement: true,
  limitUsd: true,
  settledUsd: true,
  reservedUsd: true,
  availableUsd: true,
  requests: true,
  tokens: true,
  resetsAt: true,
});
const left = {
  userId: z.string(),
  remainingUsd: usdText.nullable().meta({ description: 'null: no budget limits the money' }),
  budgets: z.array(budgetLeft),
};

const { operation, candidates, prompt, messages, inputTokens, maxOutputTokens, region } =
  aiRequest.shape;

const toolCalls = tokenCount.optional().meta({
  description: 'Calls of tools that have a price. The name of an own tool is the model',
});

/** The tools, with schemas of what they take and answer. Names and meanings are part of the API. */
export const MCP_TOOLS = {
  remaining_budget: {
    title: 'Remaining budget',
    description:
      'How much money, and how many requests and tokens, are left in every budget that applies, and when each resets. Changes nothing.',
    annotations: { readOnlyHint: true, openWorldHint: false },
    input: z.strictObject({ ...whose, model: modelName.optional() }),
    output: z.object(left),
  },
  quote: {
    title: 'Quote',
    description:
      'What an AI request would cost: mean, upper bound and worst case, cheaper models, and whether it fits the budgets now. Holds no money. Send inputTokens, prompt or messages.',
    annotations: { readOnlyHint: true, openWorldHint: false },
    input: z.strictObject({
      ...whose,
      model: modelName.optional(),
      candidates,
      operation,
      prompt,
      messages,
      inputTokens,
      maxOutputTokens,
      region,
      toolCalls,
    }),
    output: z.object({
      ...left,
      model: z.string(),
      expectedCostUsd: usdText,
      upperBoundUsd: usdText,
      upperBoundProbability: z.number(),
      ceilingUsd: usdText,
      fits: z.boolean(),
      decidingBudgetId: z.string().optional(),
      alternatives: z.array(
        z.object({ model: z.string(), expectedCostUsd: usdText, upperBoundUsd: usdText }),
      ),
    }),
  },
  report_usage: {
    title: 'Report usage',
    description:
      'Charges an AI request that was made without Purser, so that the budgets count it. Send the token counts of the provider. The same eventId counts only once.',
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    input: z.strictObject({
      ...whose,
      model: modelName,
      inputTokens: tokenCount.meta({ description: 'Without cached tokens' }),
      outputTokens: tokenCount,
      cacheReadTokens: tokenCount.optional(),
      cacheWriteTokens: tokenCount.optional(),
      toolCalls,
      actualCostUsd: usd.optional().meta({
        description: 'What the provider charged. Default: the price of the tokens',
      }),
      operation,
      eventId: identifier.optional().meta({
        description: 'Send one of your own, and the same again when you retry. Default: a new one',
      }),
      at: instant.optional().meta({ description: 'When it was made. Default: now' }),
    }),
    output: z.object({
      ...left,
      eventId: z.string(),
      isDuplicate: z.boolean().meta({ description: 'It was recorded before and counts once' }),
    }),
  },
} as const;
export type McpToolName = keyof typeof MCP_TOOLS;
export type McpInput<Name extends McpToolName> = z.output<(typeof MCP_TOOLS)[Name]['input']>;
export type McpOutput<Name extends McpToolName> = z.output<(typeof MCP_TOOLS)[Name]['output']>;

/** The tools as `tools/list` answers them, with JSON Schemas. */
export const mcpToolList = () =>
  Object.entries(MCP_TOOLS).map(([name, { input, output, ...words }]) => ({
    name,
    ...words,
    inputSchema: objectSchema(input, 'input'),
    outputSchema: objectSchema(output, 'output'),
  }));

const objectSchema = (schema: z.ZodObject, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { ...rest, type: 'object' as const };
};

const MOST_MESSAGES = 20;
const NO_MESSAGE = `must be a JSON-RPC message, or a batch of 1 to ${MOST_MESSAGES}`;

/** What messages contain is judged by the protocol's own rules. */
const isMessage = (body: unknown): boolean =>
  Array.isArray(body)
    ? body.length > 0 && body.length <= MOST_MESSAGES
    : typeof body === 'object' && body !== null;

const answer = z.looseObject({ jsonrpc: z.literal('2.0') }).meta({
  id: 'JsonRpcAnswer',
  description: 'With `result`, or `error` with its code and message',
});

export const mcpRoutes = {
  callMcp: defineRoute({
    method: 'POST',
    path: '/mcp',
    summary:
      'Model Context Protocol: remaining_budget, quote and report_usage as tools of an agent',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'tools' },
    body: z
      .unknown()
      .refine(isMessage, NO_MESSAGE)
      .meta({ description: 'A JSON-RPC message, or a batch of them' }),
    maxBodyBytes: 1024 * 1024,
    responses: {
      200: { description: 'The JSON-RPC answer', schema: z.union([answer, z.array(answer)]) },
      202: { description: 'A notification was taken', contentType: 'text/plain' },
      400: {
        description: 'Not a message of a protocol version that Purser speaks',
        schema: answer,
      },
    },
  }),
};
