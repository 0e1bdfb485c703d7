import { example } from './example.ts';
import { FIELD_KINDS } from './field-kinds.ts';
import { TEMPLATED, TEMPLATED_KINDS } from './prompt-bodies.ts';
import type { Example } from './mutations.ts';

export const SONNET = 'anthropic.claude-sonnet-4-6';

const aiRequest = {
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  sessionId: 'session-1',
  operation: 'chat',
  model: SONNET,
  candidates: [SONNET],
  downgrade: true,
  prompt: 'Which of these two is cheaper?',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Which of these two is cheaper?' }] },
  ],
  inputTokens: 1_200,
  maxOutputTokens: 800,
  urgency: 'interactive',
  attempt: 2,
  promptHash: '3q2-7wAAAAAbN1xL',
  prefix: { hash: 'kX9AAAAAbN1xLq20', tokens: 600 },
  severity: 'low',
  serviceTier: 'standard',
  images: 1,
  units: { toolCalls: 0 },
  imageVariant: 'premium-1024',
  minQuality: 0.2,
  maxQualityLoss: 0.1,
  maxLatencyMs: 60_000,
  region: 'us-east-1',
  holdSeconds: 3_600,
  tags: { team: 'search' },
};
/** The clock of a borrowed application may be weeks ahead. */
/** Later than any clock of a test. */
const LATE = '2099-01-01T00:00:00Z';
const aiRequestNeeds = [
  'system',
  'userId',
  'messages[0].role',
  'messages[1].content[0].text',
  'prefix.hash',
  'prefix.tokens',
];
const usage = {
  inputTokens: 1_200,
  outputTokens: 345,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  cacheWriteOneHourTokens: 2,
  reasoningOutputTokens: 100,
  images: 0,
  queries: 0,
  webSearches: 0,
};
/** The provider chooses the names in its usage report; members that are not counts are ignored. */
const providerUsage = { inputTokens: 1_200, outputTokens: 345 };
const providerUsageNeeds = ['providerUsage.inputTokens', 'providerUsage.outputTokens'];

const answer = {
  latencyMs: 812.5,
  quality: 0.9,
  status: 'completed',
  finishReason: 'end_turn',
  cacheHit: false,
};

const eventOf = (eventId: string, at: string) => ({
  eventId,
  at,
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  operation: 'chat',
  model: SONNET,
  serviceTier: 'standard',
  region: 'us-east-1',
  imageVariant: 'premium-1024',
  actualCostUsd: '0.0087',
  sessionId: 'session-1',
  tags: { team: 'search' },
  maxOutputTokens: 800,
  urgency: 'interactive',
  attempt: 2,
  promptHash: '3q2-7wAAAAAbN1xL',
  prefix: { hash: 'kX9AAAAAbN1xLq20', tokens: 600 },
  ...answer,
});

/** One usage event. An ID counts only once, so each test uses its own. */
export const usageEventOf = (eventId: string, at = new Date().toISOString()) => ({
  ...eventOf(eventId, at),
  usage,
});

/** Valid bodies of predictions, reservations and settlements. */
const reservationBodies = {
  createPrediction: [
    example(aiRequest, aiRequestNeeds),
    example(
      {
        steps: [
          { request: aiRequest, probability: 0.5, times: 3, retries: 2, retryProbability: 0.1 },
        ],
      },
      ['steps[0].request', ...aiRequestNeeds.map((field) => `steps[0].request.${field}`)],
    ),
    example(
      {
        steps: [{ ...aiRequest, probability: 0.5, times: 3, retries: 2, retryProbability: 0.1 }],
      },
      aiRequestNeeds.map((field) => `steps[0].${field}`),
    ),
  ],
  selectModel: [
    example({ request: aiRequest, budget: '0.5' }, [
      'request',
      ...aiRequestNeeds.map((field) => `request.${field}`),
    ]),
  ],
  createReservation: [
    example(aiRequest, aiRequestNeeds),
    { ...example(TEMPLATED, ['template.name']), kinds: TEMPLATED_KINDS },
  ],
  openWorkflow: [
    example(
      {
        steps: [
          { request: aiRequest, probability: 0.5, times: 3, retries: 2, retryProbability: 0.1 },
        ],
        holdSeconds: 3_600,
      },
      ['steps', ...aiRequestNeeds.map((field) => `steps[0].request.${field}`)],
    ),
  ],
  extendReservation: [example({ holdSeconds: 3_600 }, ['holdSeconds'])],
  settleReservation: [
    example(
      {
        usage,
        model: SONNET,
        serviceTier: 'standard',
        region: 'us-east-1',
        imageVariant: 'premium-1024',
        ...answer,
        actualCostUsd: '0.0087',
        delivery: 'failed',
      },
      ['usage', 'usage.inputTokens', 'usage.outputTokens'],
    ),
    example({ providerUsage, usageShape: 'bedrock-converse' }, providerUsageNeeds),
    example({ parts: [{ usage, model: SONNET }] }, [
      'parts[0].usage',
      'parts[0].usage.inputTokens',
      'parts[0].usage.outputTokens',
    ]),
    example(
      { parts: [{ providerUsage, usageShape: 'bedrock-converse' }] },
      providerUsageNeeds.map((field) => `parts[0].${field}`),
    ),
  ],
};

/** A tool's call as a client of the Model Context Protocol sends it. */
export const toolCall = (name: string, input: Record<string, string | number>) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: input },
});

/** Valid bodies of what callers send for their requests, by operation ID. */
export const requestBodies = (): Record<string, Example[]> => ({
  ...reservationBodies,
  createJob: [
    {
      ...example(
        {
          request: {
            system: 'relaycore',
            userId: 'ada',
            departmentId: 'research',
            model: SONNET,
            prompt: 'Which of these two is cheaper?',
            maxOutputTokens: 100,
          },
          severity: 'low',
          deadline: LATE,
          waitingUsdPerHour: '0.5',
          retryLost: true,
        },
        ['request'],
      ),
      kinds: { ...FIELD_KINDS, system: 'identifierOrList' },
    },
    {
      ...example({ request: TEMPLATED }, ['request.template.name']),
      kinds: { ...TEMPLATED_KINDS, system: 'identifierOrList' },
    },
  ],
  changeJob: [example({ severity: 'high', deadline: LATE }, [])],
  checkBudget: [
    example(
      {
        userId: 'ada',
        departmentId: 'research',
        sessionId: 'session-1',
        system: 'relaycore',
        model: SONNET,
        tags: { project: 'apollo' },
        estimatedCostUsd: '0.25',
        inputTokens: 1_000,
        maxOutputTokens: 100,
      },
      ['userId', 'estimatedCostUsd'],
    ),
  ],
  callMcp: [{ body: toolCall('remaining_budget', { userId: 'ada' }), kinds: {}, required: [] }],
  ingestUsage: [
    example({ events: [usageEventOf('wrong')] }, [
      'events',
      ...['eventId', 'at', 'system', 'userId', 'model', 'usage', 'usage.inputTokens'].map(
        (field) => `events[0].${field}`,
      ),
      'events[0].prefix.hash',
      'events[0].prefix.tokens',
    ]),
    example(
      {
        events: [
          {
            ...eventOf('wrong', new Date().toISOString()),
            providerUsage,
            usageShape: 'bedrock-converse',
          },
        ],
      },
      [...providerUsageNeeds, 'prefix.hash', 'prefix.tokens'].map((field) => `events[0].${field}`),
    ),
  ],
});
