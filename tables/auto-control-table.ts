import type { ScopeRef } from '../domain/scopes.ts';
import { mapped, text } from './codec/attributes.ts';
import { anyScope } from './codec/scope.ts';
import { defineTable } from './definition.ts';

/**
 * The controls of scopes, one item per scope, which of them changed last, and how many requests
 * tier 2 admitted in a minute. Access patterns: an organization's controlled scopes; which controls
 * of an organization changed since a process read them, in one small item; the controls of a scope;
 * change them together with the action that records it, unless someone else did first; those of all
 * organizations that may end automatically (sparse: `watched`); count a request.
 */
export const autoControlConfigTable = defineTable({
  name: 'auto-control-config',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'watched',
      partitionKey: { name: 'watched', type: 'S' },
      sortKey: { name: 'pk', type: 'S' },
      projection: 'ALL',
    },
  ],
  timeToLiveAttribute: 'expiresAtS',
});

export const scopeText = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;

function scopeOfText(stored: string): ScopeRef {
  const [kind, ...scopeId] = stored.split('#');
  return { scope: anyScope.decode(kind), scopeId: scopeId.join('#') };
}

/** A controlled scope as one text. */
export const controlledScope = mapped(text, scopeOfText, scopeText);
