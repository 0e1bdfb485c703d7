import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PITFALLS = 'domain/gateway/translation/pitfalls.test.ts';
const CACHE = 'domain/gateway/translation/cache-points.test.ts';
const COUNTS = 'domain/gateway/translation/counts.test.ts';
const STREAMS = 'domain/gateway/translation/streams.test.ts';
const MEMBERS = 'domain/gateway/translation/members.json';
const REASONING = 'domain/gateway/translation/reasoning.test.ts';
const ENVELOPES = 'domain/gateway/envelopes.test.ts';
const OPENAI = 'e2e/openai-client.test.ts';
const CHAT = 'e2e/openai-chat-client.test.ts';
const OTHERS = 'e2e/openai-compatible-clients.test.ts';
const ANTHROPIC = 'e2e/anthropic-client.test.ts';

/** What broke other gateways: the pitfall, where it was reported, and the test that would notice. */
const ROWS: readonly [pitfall: string, evidence: string, file: string, test: string][] = [
  // Requests of Converse.
  [
    'two messages of one role',
    'bedrock-access-gateway',
    PITFALLS,
    'merges consecutive messages of one role',
  ],
  ['an assistant who begins', 'bedrock-access-gateway', PITFALLS, 'lets the user begin'],
  [
    'results in several messages, or after text',
    'bedrock-access-gateway',
    PITFALLS,
    'puts all results of a turn into the next message, in order and before text',
  ],
  [
    'blank text and empty content',
    'claude-code#13709',
    PITFALLS,
    'leaves out blank texts and turns without content',
  ],
  [
    'reasoning alone in a turn',
    'LibreChat#13888',
    PITFALLS,
    'leaves out a turn of reasoning alone',
  ],
  [
    'a failed result without content',
    'sample-multi-agent-orchestration-chat-on-agentcore#15',
    PITFALLS,
    'gives a failed call without output some content',
  ],
  [
    'calls in the history and no tools',
    'pentagi#160',
    PITFALLS,
    'describes the tools of a conversation that sends none any more',
  ],
  [
    'an empty description of a tool',
    'litellm#24668',
    PITFALLS,
    'omits an empty description of a tool',
  ],
  ['an empty name of a tool', 'litellm#24668', PITFALLS, 'an empty name of a tool'],
  [
    'a cache point alone',
    'zed#59436',
    CACHE,
    'never sends a message of a cache point alone, nor one at a start',
  ],
  [
    'a cache point after a document',
    'harness-sdk#1219',
    CACHE,
    'moves a cache point behind the text that follows a document other than PDF',
  ],
  [
    'a cache point in a result',
    'Portkey-AI/gateway#1762',
    CACHE,
    'takes a cache point out of a result and keeps its life',
  ],
  ['an hour after five minutes', 'vercel/ai#14808', CACHE, 'lets no hour follow five minutes'],
  [
    'a prefix that is rebuilt',
    'litellm-docs#554',
    'domain/gateway/translation/histories.test.ts',
    'keeps its prefix when it grows, so that what is cached stays cached',
  ],
  [
    'a managed prompt as the model',
    'agent-toolkit-for-aws',
    PITFALLS,
    'a managed prompt, which limits no output',
  ],
  // Its answers.
  [
    'cached input in the prompt’s tokens',
    'archestra#5467',
    COUNTS,
    'counts cached input as part of the prompt for OpenAI: the total less the output',
  ],
  [
    'writes to the cache by their life',
    'litellm#37104',
    COUNTS,
    'counts it apart for Anthropic, and writes by their life',
  ],
  [
    'reasons to stop that OpenAI has not',
    'agent-toolkit-for-aws',
    COUNTS,
    'says %s as %s, %s and %s',
  ],
  [
    'no caller of a tool, no model that served',
    'anthropic-sdk-csharp#149',
    COUNTS,
    'says who called a tool, and which model answered, which Converse does not',
  ],
  [
    'faults that are no reason to send again',
    'agent-toolkit-for-aws',
    'domain/routing/retry.test.ts',
    '%j counts as %s; sent again: %s',
  ],
  // Clients of OpenAI.
  [
    'a refusal that shows no body',
    'openai-node 6.49.0, measured',
    OPENAI,
    'is refused when the budget is spent: one request, with type, code and message',
  ],
  [
    'a refusal that Anthropic’s client repeats',
    'sdk 1.14.0, measured',
    ANTHROPIC,
    'is refused when the budget is spent, in one request, with words that it shows',
  ],
  [
    'a wait that overflows a timer',
    'openai-node 6.49.0, measured',
    ENVELOPES,
    "'retry-after': '2147483'",
  ],
  [
    'an error in a stream without a status',
    'openai-node 6.49.0, measured',
    OPENAI,
    'hears of a stream of %s that breaks off',
  ],
  [
    'a cut that looks like a fault',
    'openai-node 6.49.0, measured',
    STREAMS,
    'end with the reason, the usage and [DONE], which is how a budget cuts',
  ],
  [
    'usage with choices, or unasked',
    'litellm#28735, CLIProxyAPI#796',
    STREAMS,
    'give usage once, last, without choices, and only if asked; others say null',
  ],
  [
    'usage that LangChain counts twice',
    'litellm#28735',
    OTHERS,
    'counts the tokens of a stream once',
  ],
  [
    'calls counted from −1',
    'bedrock-access-gateway@9579458',
    STREAMS,
    'count calls from 0 after reasoning and text, each begun with id and name',
  ],
  [
    'reasoning in the text',
    'bedrock-access-gateway',
    STREAMS,
    'give reasoning in reasoning_content and never in the text',
  ],
  [
    'reasoning without its signature',
    'Bedrock: 400 at the next turn',
    REASONING,
    'comes back with its signature through Chat Completions',
  ],
  ['the older maximum first', 'bedrock-access-gateway#241', MEMBERS, 'the newer maximum first'],
  ['developers as another role', 'OpenAI’s API', MEMBERS, 'system and developer'],
  ['a schema that is no text', 'aws/agent-toolkit-for-aws', MEMBERS, 'a schema'],
  ['the AI SDK’s schemas', '@ai-sdk/openai-compatible', CHAT, 'answers in the form of a schema'],
  [
    'statuses that become 500',
    'bedrock-access-gateway',
    ENVELOPES,
    '%s with status %i keeps its meaning',
  ],
  [
    'models without prices and budgets',
    'litellm#30809',
    'e2e/model-lists.test.ts',
    'has what the caller can call, at the price and with the budget that apply',
  ],
  [
    'numbers where base64 was asked for',
    'openai-node resources/embeddings.js',
    OPENAI,
    'reads embeddings, which it asks for in base64',
  ],
  [
    'free models that a spent budget stops',
    'litellm#29912',
    'e2e/model-lists.test.ts',
    'calls a model whose price is 0 past a spent budget, and none without a price',
  ],
  // Claude Code.
  [
    'a beta flag that Bedrock refuses',
    'claude-code#30926',
    'lambdas/gateway-bridge.test.ts',
    'of Claude Code do not keep %s from answering',
  ],
  [
    'a prompt that is too long in words of AWS',
    'llm-gateway-protocol.md',
    'lambdas/gateway-bridge.test.ts',
    'makes Claude Code shorten its conversation with %s',
  ],
];

it.each(ROWS)('%s (%s) is tested', (_, __, file, title) => {
  expect(readFileSync(join(import.meta.dirname, '../..', file), 'utf8')).toContain(title);
});
