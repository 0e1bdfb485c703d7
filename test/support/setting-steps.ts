import type { ExampleStep } from './example-requests.ts';
import type { call } from './http-event.ts';

const STEPS: [string, NonNullable<Parameters<typeof call>[2]>][] = [
  ['putIdentity', { body: { comparison: 'folded', requireDepartment: false } }],
  ['getIdentity', {}],
  ['putCostSettings', { body: { basis: 'priced' } }],
  ['getCostSettings', {}],
  ['putPriceSettings', { body: { updates: 'propose' } }],
  ['getPriceSettings', {}],
  ['putTimeSettings', { body: { timeZone: 'Europe/Berlin' } }],
  ['getTimeSettings', {}],
];

/** Requests of an organization's settings. */
export const SETTING_STEPS: ExampleStep[] = STEPS.map(([operationId, request]) => ({
  operationId,
  request: () => request,
}));
