import type { ExampleStep } from './example-requests.ts';
import type { call } from './http-event.ts';

type Steps = [string, NonNullable<Parameters<typeof call>[2]>][];

const stepsOf = (steps: Steps): ExampleStep[] =>
  steps.map(([operationId, request]) => ({ operationId, request: () => request }));

/** Requests of rules for shared cost. */
export const ALLOCATION_STEPS = stepsOf([
  [
    'putCostAllocation',
    {
      body: { rule: 'even', sharedDepartments: ['platform'], shares: [], validFrom: '2026-11-01' },
    },
  ],
  ['getCostAllocation', {}],
  ['chargeback', { query: { from: '2026-11-20', to: '2026-11-21' } }],
  ['deleteCostAllocation', { params: { validFrom: '2026-11-01T00:00:00Z' } }],
]);

/** Requests of an organization's settings. */
export const SETTING_STEPS = stepsOf([
  ['putIdentity', { body: { comparison: 'folded', requireDepartment: false } }],
  ['getIdentity', {}],
  ['putCostSettings', { body: { basis: 'priced' } }],
  ['getCostSettings', {}],
  ['putPriceSettings', { body: { updates: 'propose' } }],
  ['getPriceSettings', {}],
  ['putTimeSettings', { body: { timeZone: 'Europe/Berlin' } }],
  ['getTimeSettings', {}],
  [
    'putCacheSettings',
    { body: { routes: [{ system: 'relaycore', operation: 'summarize', maxAgeSeconds: 600 }] } },
  ],
  ['getCacheSettings', {}],
  ['putAdviceSettings', { body: { providers: [], places: ['global'] } }],
  ['getAdviceSettings', {}],
]);

/** Requests of display names. */
export const NAME_STEPS = stepsOf([
  [
    'putDisplayName',
    {
      params: { scope: 'department', scopeId: 'research' },
      body: { displayName: 'Research & Development' },
    },
  ],
  ['getDisplayName', { params: { scope: 'department', scopeId: 'research' } }],
  [
    'putDisplayName',
    { params: { scope: 'user', scopeId: 'ada' }, body: { displayName: 'Ada Lovelace' } },
  ],
  [
    'putDisplayName',
    { params: { scope: 'system', scopeId: 'relaycore' }, body: { displayName: 'Relay Core' } },
  ],
  [
    'putDisplayName',
    {
      params: { scope: 'organization', scopeId: 'acme' },
      body: { displayName: 'Acme Corporation' },
    },
  ],
  [
    'putDisplayName',
    {
      params: { scope: 'model', scopeId: 'anthropic.claude-sonnet-4-6' },
      body: { displayName: 'Sonnet' },
    },
  ],
  ['listDisplayNames', { query: { limit: '1' } }],
]);
