import { expect, test } from 'vitest';
import { newSpenderAlertOf, newSpenderEndOf } from '../../../domain/alerts/new-spender-alert.ts';
import { eventOfAlert } from '../../../domain/events/purser-event.ts';
import { newAgent } from '../../support/new-spender.ts';
import { NOON } from '../../support/postings.ts';

const nameOf = ({ scopeId }: { scopeId: string }) =>
  scopeId === 'contract-agent' ? 'Contract Agent' : undefined;

test('says who is new, its part of the bill, other names, and what it uses most, each once', () => {
  const { subject, body } = newSpenderAlertOf('acme', newAgent, { nameOf, nowMs: NOON });
  expect(subject).toBe(
    'Notice: system Contract Agent (contract-agent) is new and took 34 % of the bill of acme',
  );
  expect(body).toContain('cost 340.00 of 1,000.00 USD, 34 % of the bill');
  expect(body).toContain('it cost next to nothing');
  expect(body.match(/contract-bot/g)).toHaveLength(1);
  expect(body).toContain('anthropic.claude-opus-4-6, 92 % of its cost');
});

test('says what it replaces', () => {
  const renamed = { ...newAgent, replaces: 'agent-v1' };
  const alert = newSpenderAlertOf('acme', renamed, { nowMs: NOON });
  expect(alert.subject).toContain('system contract-agent replaces system agent-v1');
  expect(alert.body).toContain('Nothing, if system agent-v1 was to be replaced or renamed.');
  expect(eventOfAlert(alert)).toMatchObject({
    kind: 'new_spender',
    data: {
      dimension: 'system',
      value: 'contract-agent',
      replaces: 'agent-v1',
      costUsd: '340.000000000',
    },
  });
});

test('ends the same incident, and says why', () => {
  const alert = newSpenderAlertOf('acme', newAgent, { nowMs: NOON });
  const end = newSpenderEndOf('acme', newAgent, { why: 'usual', nowMs: NOON });
  expect(end.incidentKey).toBe(alert.dedupKey);
  expect(end.body).toBe('This is over: after four weeks it belongs to the usual spending.');
  expect(new Date(alert.endsAtMs ?? 0).toISOString()).toBe('2026-12-23T00:00:00.000Z');
});
