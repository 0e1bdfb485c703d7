import { describe, expect, it } from 'vitest';
import type { CallerLimits } from '../../../domain/access/caller.ts';
import { refusalOf, type Subject } from '../../../domain/access/policy.ts';

const principals = (userId?: string, system?: string, departmentId?: string): Subject => ({
  kind: 'principals',
  principals: { userId, system, departmentId },
});
const scope = (kind: 'user' | 'system' | 'model' | 'organization', scopeId?: string): Subject => ({
  kind: 'scope',
  scope: kind,
  scopeId,
});
const fieldOf = (limits: CallerLimits, subject: Subject) => refusalOf(limits, subject)?.field;

describe('the access policy', () => {
  it('refuses nothing to a credential without limits', () => {
    for (const subject of [principals(), scope('model', 'm'), { kind: 'organization' } as const]) {
      expect(refusalOf({ mayStateCost: false }, subject)).toBeUndefined();
    }
  });

  it('cuts limits with each other, and names the field that breaks them', () => {
    const limits = { users: ['ada'], systems: ['relaycore'] };
    expect(fieldOf(limits, principals('ada', 'relaycore'))).toBeUndefined();
    expect(fieldOf(limits, principals('ada', 'automatrix'))).toBe('system');
    expect(fieldOf(limits, principals('bob', 'relaycore'))).toBe('userId');
    expect(fieldOf(limits, principals('ada'))).toBe('system');
    expect(fieldOf(limits, scope('user', 'ada'))).toBe('scope');
    expect(fieldOf(limits, scope('system', 'relaycore'))).toBe('scope');
  });

  it('wants a department named where departments are limited', () => {
    const limits = { departments: ['research'] };
    expect(fieldOf(limits, principals('ada', 'relaycore', 'research'))).toBeUndefined();
    expect(fieldOf(limits, principals('ada', 'relaycore', 'sales'))).toBe('departmentId');
    expect(fieldOf(limits, principals('ada', 'relaycore'))).toBe('departmentId');
  });

  it('lets a credential have the scopes of its list only, and says which', () => {
    const limits = { users: ['ada', 'eve'] };
    expect(fieldOf(limits, scope('user', 'eve'))).toBeUndefined();
    expect(refusalOf(limits, scope('user', 'bob'))).toEqual({
      field: 'scopeId',
      message: 'with these credentials, send scope user and scopeId ada, eve',
    });
    expect(fieldOf(limits, scope('user'))).toBe('scopeId');
    for (const other of ['system', 'model', 'organization'] as const) {
      expect(fieldOf(limits, scope(other, 'ada'))).toBe('scope');
    }
  });

  it('lets an empty list have nothing, whatever it is called', () => {
    for (const limits of [{ users: [] }, { departments: [] }, { systems: [] }]) {
      expect(refusalOf(limits, principals('ada', 'relaycore', 'research'))).toBeDefined();
      expect(refusalOf(limits, scope('user', 'ada'))).toBeDefined();
      expect(refusalOf(limits, scope('user', 'toString'))).toBeDefined();
      expect(refusalOf(limits, { kind: 'organization' })).toBeDefined();
    }
  });
});
