import { expect, test } from 'vitest';
import { usageCsvHeader, usageCsvLine } from '../../../domain/reporting/usage-csv.ts';
import type { ScopeRef } from '../../../domain/scopes.ts';
import { NOON, postingWith } from '../../support/postings.ts';

/** The columns of a record by name, as a reader of the file sees them. */
function columnsOf(facts: Parameters<typeof postingWith>[0]): Record<string, string> {
  const posting = postingWith({ postingId: 'r-1.2', entryId: 'r-1', ...facts });
  const values = usageCsvLine(posting, () => undefined)
    .trim()
    .split(',');
  return Object.fromEntries(
    usageCsvHeader()
      .trim()
      .split(',')
      .map((name, at) => [name, values[at] ?? '(missing)']),
  );
}

const RECORD = {
  recordId: 'r-1.2',
  requestId: 'r-1',
  kind: 'settlement',
  at: '2026-11-21T12:30:00.000Z',
  postedAt: '2026-11-21T12:30:02.000Z',
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  operation: 'chat',
  model: 'amazon.nova-lite-v1:0',
  region: '',
  costUsd: '0.001234567',
  disputedUsd: '',
  inputTokens: '1000',
  outputTokens: '200',
  cacheReadTokens: '30',
  cacheWriteTokens: '4',
  cacheWriteOneHourTokens: '',
  images: '',
  queries: '',
  units: '',
  expectedCostUsd: '0.001200000',
  reservedUsd: '0.002000000',
  latencyMs: '850',
  quality: '',
  requestedModel: '',
  delivery: 'delivered',
  deviations: '',
  savedUsd: '',
  lostCacheUsd: '',
  serviceTier: 'standard',
  maxOutputTokens: '4096',
  reasoningOutputTokens: '',
  urgency: '',
  attempt: '',
  promptHash: '',
  prefixHash: '',
  prefixTokens: '',
  status: '',
  finishReason: '',
  cacheHit: 'false',
  tags: '',
  userName: '',
  departmentName: '',
  systemName: '',
};

test('a usage record is a line with a column for each of its fields', () => {
  expect(columnsOf({ occurredAtMs: NOON })).toEqual(RECORD);
  expect(
    columnsOf({
      region: 'eu-west-1',
      disputedNanoUsd: 5n,
      quality: 0.5,
      given: { model: 'team-profile' },
      deviations: ['below-price', 'late'],
      terms: { tier: 'flex' },
      traits: { urgency: 'deferred', attempt: 2, prefix: { hash: 'kX9AAAAA', tokens: 600 } },
      answer: { status: 'failed', isCacheHit: true, reasoningOutputTokens: 1 },
      usage: {
        inputTokens: 1,
        outputTokens: 2,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        cacheWriteOneHourTokens: 5,
        images: 6,
        queries: 7,
        webSearches: 8,
        videoSeconds: 9,
      },
    }),
  ).toMatchObject({
    region: 'eu-west-1',
    disputedUsd: '0.000000005',
    quality: '0.5',
    requestedModel: 'team-profile',
    deviations: 'below-price late',
    inputTokens: '1',
    outputTokens: '2',
    cacheReadTokens: '3',
    cacheWriteTokens: '4',
    cacheWriteOneHourTokens: '5',
    images: '6',
    queries: '7',
    units: 'webSearches=8 videoSeconds=9',
    serviceTier: 'flex',
    reasoningOutputTokens: '1',
    urgency: 'deferred',
    attempt: '2',
    prefixHash: 'kX9AAAAA',
    prefixTokens: '600',
    status: 'failed',
    cacheHit: 'true',
  });
});

test('tags are JSON within quotes, by name', () => {
  const line = usageCsvLine(postingWith({ tags: { team: 'search', note: 'x' } }), () => undefined);
  expect(line.trim().endsWith('"{""note"":""x"",""team"":""search""}",,,')).toBe(true);
});

test('a record shows what people call its user, department and system', () => {
  const nameOf = ({ scope, scopeId }: ScopeRef) =>
    scope === 'system' ? undefined : `${scope} "${scopeId}"`;
  expect(usageCsvLine(postingWith(), nameOf)).toMatch(
    /,"user ""ada""","department ""research""",\r\n$/,
  );
});
