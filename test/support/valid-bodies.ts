import { benchmarkBody, benchmarkNeeds } from './benchmark-body.ts';
import { budgetBodies } from './budget-changes.ts';
import { correctionBodies } from './correction-bodies.ts';
import { FIELD_KINDS } from './field-kinds.ts';
import { keyExamples } from './key-examples.ts';
import { identityBody } from './identity-body.ts';
import { defaultsExample, thresholdsBody } from './level-bodies.ts';
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
  severity: 'low',
  serviceTier: 'standard',
  images: 1,
  minQuality: 0.2,
  maxLatencyMs: 60_000,
  region: 'us-east-1',
  holdSeconds: 3_600,
  tags: { team: 'search' },
};
const aiRequestNeeds = ['system', 'userId', 'messages[0].role', 'messages[1].content[0].text'];
const usage = {
  inputTokens: 1_200,
  outputTokens: 345,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  cacheWriteOneHourTokens: 2,
  images: 0,
  queries: 0,
};
/** The provider chooses the names in its usage report; members that are not counts are ignored. */
const providerUsage = { inputTokens: 1_200, outputTokens: 345 };
const providerUsageNeeds = ['providerUsage.inputTokens', 'providerUsage.outputTokens'];
const prices = {
  inputUsdPerMillion: '3',
  outputUsdPerMillion: 15,
  cacheReadUsdPerMillion: '0.3',
  cacheWriteUsdPerMillion: '3.75',
  cacheWriteOneHourUsdPerMillion: '6',
};
const longContext = { ...prices, aboveInputTokens: 200_000 };
const focusByHour = { granularity: 'hourly', format: 'focus' };
const example = (body: Example['body'], required: string[]): Example => ({
  body,
  kinds: FIELD_KINDS,
  required,
});

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
  tags: { team: 'search' },
});

/** One usage event. An ID counts only once, so each test uses its own. */
export const usageEventOf = (eventId: string, at = new Date().toISOString()) => ({
  ...eventOf(eventId, at),
  usage,
});

/** At least one valid body with every field for each route with a body, by operation ID. */
export const validBodies = (): Record<string, Example[]> => ({
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
  createReservation: [example(aiRequest, aiRequestNeeds)],
  extendReservation: [example({ holdSeconds: 3_600 }, ['holdSeconds'])],
  settleReservation: [
    example({ usage, model: SONNET, latencyMs: 812.5, quality: 0.9, actualCostUsd: '0.0087' }, [
      'usage',
      'usage.inputTokens',
      'usage.outputTokens',
    ]),
    example({ providerUsage, usageShape: 'bedrock-converse' }, providerUsageNeeds),
  ],
  ...correctionBodies,
  ...budgetBodies,
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
      },
      ['userId', 'estimatedCostUsd'],
    ),
  ],
  ingestUsage: [
    example({ events: [usageEventOf('wrong')] }, [
      'events',
      ...['eventId', 'at', 'system', 'userId', 'model', 'usage', 'usage.inputTokens'].map(
        (field) => `events[0].${field}`,
      ),
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
      providerUsageNeeds.map((field) => `events[0].${field}`),
    ),
  ],
  putThresholds: [
    example(thresholdsBody, [
      'levels',
      'levels[0].name',
      'levels[0].action',
      'levels[0].amountUsd',
    ]),
  ],
  applyControl: [
    example(
      {
        scope: 'user',
        scopeId: 'ada',
        action: 'throttle',
        tier: 2,
        spares: 'high',
        reason: 'a loop',
        expiresAt: '2199-01-01T00:00:00Z',
      },
      ['scope', 'scopeId', 'action', 'tier', 'reason'],
    ),
  ],
  reverseControl: [example({ reason: 'known campaign' }, ['reason'])],
  putAlertPreferences: [
    example(
      {
        enabled: true,
        minimumLevel: 'critical',
        channels: [
          'email',
          { channel: 'email', to: ['ada@example.com'], minimumLevel: 'emergency' },
          { channel: 'sms', to: ['+491701234567'], kinds: ['threshold_crossed'] },
          { channel: 'webhook', url: 'https://example.com/purser', secret: 'a-secret-of-ours' },
          { channel: 'slack', url: 'https://hooks.slack.com/services/T0/B0/abc' },
          { channel: 'pagerduty', routingKey: 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4' },
        ],
        quietHours: {
          from: '22:00',
          to: '07:00',
          timeZone: 'Europe/Berlin',
          exceptLevel: 'emergency',
        },
        digest: { every: 'daily', maximumLevel: 'warning', hour: 8, timeZone: 'Europe/Berlin' },
      },
      [
        'channels[1].channel',
        'channels[2].to',
        'channels[3].url',
        'channels[3].secret',
        'channels[4].url',
        'channels[5].routingKey',
        'quietHours.from',
        'quietHours.to',
        'digest.every',
      ],
    ),
  ],
  sendTestAlert: [
    example({ scope: 'department', scopeId: 'research', channel: 'email' }, ['scope', 'scopeId']),
  ],
  putDefaults: [defaultsExample],
  putFlag: [
    example(
      {
        enabled: true,
        rolloutPercent: 50,
        unit: 'department',
        overrides: [{ scope: 'user', scopeId: 'ada', enabled: false }],
      },
      ['overrides[0].scope', 'overrides[0].scopeId', 'overrides[0].enabled'],
    ),
  ],
  putIdentity: [example(identityBody, [])],
  putUser: [example({ departments: ['research', 'sales'] }, [])],
  putDirectory: [example({ unknownUsers: 'allow' }, ['unknownUsers'])],
  putCostAllocation: [
    example(
      {
        rule: 'fixed',
        sharedDepartments: ['platform'],
        shares: [
          { departmentId: 'research', percent: 60.5 },
          { departmentId: 'sales', percent: 39.5 },
        ],
      },
      ['rule', 'shares[0].departmentId', 'shares[0].percent'],
    ),
  ],
  putReportSubscription: [
    example(
      {
        frequency: 'weekly',
        timeZone: 'Europe/Berlin',
        hour: 7,
        to: ['ada@example.com'],
        groupBy: 'department',
      },
      ['frequency', 'to', 'to[0]'],
    ),
  ],
  createReportExport: [
    {
      body: { from: '2026-11-01', to: '2026-11-22', groupBy: 'user', ...focusByHour },
      // In alerts these are times of day and addresses; here they are timestamps.
      kinds: { ...FIELD_KINDS, from: 'dayOrInstant', to: 'dayOrInstant' },
      required: [],
    },
  ],
  putReportTags: [
    {
      body: { tags: ['team', 'cost-center'] },
      // In requests this is a map; here it is a list of names.
      kinds: { ...FIELD_KINDS, tags: 'listOrEmpty', 'tags[]': 'identifier' },
      required: ['tags'],
    },
  ],
  ...keyExamples,
  putBenchmark: [example(benchmarkBody, benchmarkNeeds)],
  promotePredictor: [example({ version: 'online-2', rolloutPercent: 100 }, ['version'])],
  putRateCard: [
    example(
      {
        ...prices,
        batchPercent: 50,
        longContext,
        effectiveFrom: '2026-01-01T00:00:00Z',
      },
      [
        'inputUsdPerMillion',
        'outputUsdPerMillion',
        'longContext.outputUsdPerMillion',
        'longContext.aboveInputTokens',
      ],
    ),
    example(
      {
        ...prices,
        imageUsd: '0.04',
        queryUsd: '0.002',
        flexPercent: 50,
        priorityPercent: 175,
        geographic: { eu: { ...prices, longContext }, 'ap-south-1': prices },
      },
      ['geographic.eu.inputUsdPerMillion'],
    ),
    example({ sameAs: `eu.${SONNET}`, source: 'contract of 2026' }, []),
  ],
});
