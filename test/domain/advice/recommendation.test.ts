import { describe, expect, test } from 'vitest';
import { identified } from '../../../domain/advice/recommendation.ts';

type Subject = Parameters<typeof identified>[0];

const ROUTE = { system: 'relaycore', operation: 'chat', model: 'dear' };
const SUBJECT: Subject = {
  kind: 'budget-fit',
  scope: { scope: 'user', scopeId: 'ada' },
  target: 'daily',
  change: { kind: 'setting' },
};

describe('the id of advice', () => {
  test('is the same for the same subject every day', () => {
    expect(identified(SUBJECT).id).toMatch(/^advice-[0-9a-f]{16}$/);
    expect(identified({ ...SUBJECT }).id).toBe(identified(SUBJECT).id);
  });

  test.each<[what: string, other: Partial<Subject>]>([
    ['kind', { kind: 'threshold-fit' }],
    ['scope', { scope: { scope: 'system', scopeId: 'ada' } }],
    ['id of the scope', { scope: { scope: 'user', scopeId: 'bob' } }],
    ['target', { target: 'monthly' }],
    ['model', { change: { kind: 'model', route: ROUTE, toModel: 'cheaper' } }],
    ['tier', { change: { kind: 'tier', route: ROUTE, tier: 'batch' } }],
  ])('differs with the %s', (_, other) => {
    expect(identified({ ...SUBJECT, ...other }).id).not.toBe(identified(SUBJECT).id);
  });
});
