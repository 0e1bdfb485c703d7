import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FACTS } from '../../contracts/telemetry.ts';

const ROOT = join(import.meta.dirname, '../..');
const CALL = /\b(?:telemetry|witness\??)\.(?:info|warn|error)\(\s*'([A-Z_]+)',\s*\{([^}]*)\}/g;

/** Facts in the code's log statements, as `CODE fact`. */
const named = globSync('{aws,composition,lambdas,services,tables}/**/*.ts', { cwd: ROOT }).flatMap(
  (file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(CALL)].flatMap(([, code, facts = '']) =>
      facts
        .split(',')
        .map((fact) => /^\s*(\w+)/.exec(fact)?.[1])
        .filter((fact) => fact !== undefined && fact !== 'error')
        .map((fact) => ({ code, fact: String(fact) })),
    ),
);

test('every fact that the code logs is named in FACTS', () => {
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ fact }) => !FACTS.has(fact))).toEqual([]);
});

/** Reviewed: none of them is a secret, a prompt, a personal address or a tag value. */
const REVIEWED = `
  alertsFailed alertsSent allRequests at atMs attempts balance balances batchId breaches breachesRaised budgetsChanged budgetsFailed by
  bytes chain change channel count day days done drifted dropped durationMs ended entries entryId expired exportId failed given
  groupBy hash isKept isProven isRestarted jobId jobs keyId kind latencyMs messageId of oldestSeconds organizationId organizationsFailed
  organizationsSeen period periodKey postingId postings problem promoted reason records requestId requests reservationId
  restriction route routes rows sampledRequests samples scope scopeId scopesSeen sent sequence sequenceNumber severity sourceIp
  spentNanoUsd state status subscription sweptMinute target threshold unsettled version violation violations
`;

test('a log tells the facts that were reviewed, and no others', () => {
  expect([...FACTS].toSorted()).toEqual(REVIEWED.trim().split(/\s+/));
});
