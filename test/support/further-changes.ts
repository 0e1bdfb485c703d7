import type { AuditedChange } from './audited-changes.ts';
import type { Answer } from './http-event.ts';
import { MODEL } from './reserving.ts';

type Send = (route: string, request?: object) => Promise<Answer>;

const key = (name: string) => ({ body: { name, role: 'viewer' } });
const keyed = async (send: Send): Promise<string> =>
  String((await send('POST /v1/keys', key('first'))).json['keyId']);

const USER = '/v1/users/{id}';
const ADA = { id: 'ada' };

const EXPORTS = '/v1/reports/exports';
const week = { from: '2026-10-01T00:00:00Z', to: '2026-10-08T00:00:00Z', groupBy: 'user' };

const NAMED = { scope: 'department', scopeId: 'named' };
const ALLOCATED_FROM = '2026-11-01T00:00:00.000Z';
const allocation = { params: { validFrom: ALLOCATED_FROM } };

/** A settlement that states far more than it can have cost, so the excess is disputed. */
async function disputed(send: Send): Promise<string> {
  const asked = { system: 'relaycore', userId: 'ada', model: MODEL };
  const body = { ...asked, inputTokens: 1_000, maxOutputTokens: 100 };
  const { json } = await send('POST /v1/reservations', { body });
  const id = String(json['reservationId']);
  const usage = { inputTokens: 1_000, outputTokens: 50 };
  await send('POST /v1/reservations/{id}/settle', {
    params: { id },
    role: 'caller',
    body: { usage, actualCostUsd: '1000' },
  });
  const disputes = (await send('GET /v1/disputes')).json['items'] as { disputeId: string }[];
  return disputes[0]?.disputeId ?? 'no dispute';
}

const ada = { scope: 'user', scopeId: 'ada' };
const LEVELS = [{ name: 'critical', amountUsd: '5', period: 'daily', action: 'alert' }];
const THRESHOLDS = '/v1/thresholds/{scope}/{scopeId}';
const DEFAULTS = '/v1/defaults/{scope}/{scopeId}/{member}';
const RULE = { scope: 'department', scopeId: 'research', member: 'user' };

/** Changes of keys and exports, and changes without visible settings. */
export const FURTHER_CHANGES: readonly AuditedChange[] = [
  {
    operation: 'deleteThresholds',
    goesOn: true,
    entries: 'once',
    request: () => ({ params: ada }),
    action: 'thresholds.put',
    target: () => 'user/ada',
    prepare: async (send) =>
      (await send(`PUT ${THRESHOLDS}`, { params: ada, body: { levels: LEVELS } })).text,
    inForce: 'gone',
    show: async (send) =>
      String((await send(`GET ${THRESHOLDS}`, { params: ada })).json['source'] === 'builtin'),
  },
  {
    operation: 'putDefaults',
    goesOn: true,
    request: (n) => ({ params: RULE, body: { budgets: { daily: { limitUsd: String(n) } } } }),
    action: 'defaults.put',
    target: () => 'department/research/user',
    inForce: 'last',
    show: async (send) => (await send(`GET ${DEFAULTS}`, { params: RULE })).text,
  },
  {
    operation: 'deleteDefaults',
    goesOn: true,
    request: () => ({ params: RULE }),
    action: 'defaults.delete',
    target: () => 'department/research/user',
    prepare: async (send) =>
      (await send(`PUT ${DEFAULTS}`, { params: RULE, body: { holdSeconds: 60 } })).text,
    inForce: 'gone',
    show: async (send) => String((await send(`GET ${DEFAULTS}`, { params: RULE })).status === 404),
  },
  {
    operation: 'invalidateCache',
    request: () => ({ body: { system: 'help-desk' } }),
    action: 'response-cache.invalidate',
    target: () => 'help-desk/*/*',
  },
  {
    operation: 'putUser',
    request: (n) => ({ params: ADA, body: { departments: [`department-${n}`] } }),
    action: 'user.put',
    target: () => 'ada',
    inForce: 'last',
    show: async (send) => (await send(`GET ${USER}`, { params: ADA })).text,
  },
  {
    operation: 'deleteUser',
    request: () => ({ params: ADA }),
    action: 'user.delete',
    target: () => 'ada',
    prepare: async (send) =>
      (await send(`PUT ${USER}`, { params: ADA, body: { departments: [] } })).text,
    inForce: 'gone',
    show: async (send) => String((await send(`GET ${USER}`, { params: ADA })).status === 404),
  },
  {
    operation: 'putDirectory',
    request: () => ({ body: { unknownUsers: 'refuse' } }),
    action: 'directory.put',
    target: () => 'directory',
    entries: 'once',
  },
  {
    operation: 'putIdentity',
    request: (n) => ({ body: { defaultDepartmentId: `department-${n}` } }),
    action: 'identity-settings.put',
    target: () => 'identity',
    inForce: 'last',
    show: async (send) => (await send('GET /v1/settings/identity')).text,
  },
  {
    operation: 'putProvider',
    request: (n) => ({
      params: { name: 'neuro' },
      body: {
        baseUrl: `https://inference.example.com/v${n}`,
        models: [{ model: 'neuro-coder', apis: ['chat'] }],
      },
    }),
    action: 'provider.put',
    target: () => 'neuro',
    inForce: 'last',
    show: async (send) =>
      (await send('GET /v1/providers/{name}', { params: { name: 'neuro' } })).text,
  },
  {
    operation: 'deleteProvider',
    request: () => ({ params: { name: 'old' } }),
    action: 'provider.delete',
    target: () => 'old',
    prepare: async (send) =>
      (
        await send('PUT /v1/providers/{name}', {
          params: { name: 'old' },
          body: {
            baseUrl: 'https://old.example.com/v1',
            models: [{ model: 'old-coder', apis: ['chat'] }],
          },
        })
      ).text,
    inForce: 'gone',
    show: async (send) => String(!(await send('GET /v1/providers')).text.includes('"old"')),
  },
  {
    operation: 'putRoutingSettings',
    request: (n) => ({ body: { pools: [{ model: `model-${n}`, strategy: 'performance' }] } }),
    action: 'routing-settings.put',
    target: () => 'routing',
    inForce: 'last',
    show: async (send) => (await send('GET /v1/settings/routing')).text,
  },
  {
    operation: 'putCostSettings',
    request: () => ({ body: { basis: 'reported' } }),
    action: 'cost-settings.put',
    target: () => 'costs',
    entries: 'once',
  },
  {
    operation: 'putPriceSettings',
    request: () => ({ body: { updates: 'apply' } }),
    action: 'price-settings.put',
    target: () => 'prices',
    entries: 'once',
  },
  {
    operation: 'putCostAllocation',
    request: (n) => ({
      body: { rule: 'even', sharedDepartments: [`shared-${n}`], validFrom: ALLOCATED_FROM },
    }),
    action: 'cost-allocation.put',
    target: () => `allocation/${ALLOCATED_FROM}`,
    inForce: 'last',
    show: async (send) => (await send('GET /v1/reports/allocation')).text,
  },
  {
    operation: 'deleteCostAllocation',
    request: () => allocation,
    action: 'cost-allocation.delete',
    target: () => `allocation/${ALLOCATED_FROM}`,
    prepare: async (send) => {
      const body = { rule: 'even', validFrom: ALLOCATED_FROM };
      return (await send('PUT /v1/reports/allocation', { body })).text;
    },
    inForce: 'gone',
    show: async (send) => {
      const { rules } = (await send('GET /v1/reports/allocation')).json;
      return String(Array.isArray(rules) && rules.length === 0);
    },
  },
  {
    operation: 'putDisplayName',
    request: (n) => ({ params: NAMED, body: { displayName: `Name ${n}` } }),
    action: 'display-name.put',
    target: () => 'department/named',
  },
  {
    operation: 'deleteDisplayName',
    request: () => ({ params: NAMED }),
    action: 'display-name.delete',
    target: () => 'department/named',
    prepare: async (send) => {
      const request = { params: NAMED, body: { displayName: 'Named' } };
      return (await send('PUT /v1/names/{scope}/{scopeId}', request)).text;
    },
    inForce: 'gone',
    show: async (send) =>
      String((await send('GET /v1/names/{scope}/{scopeId}', { params: NAMED })).status === 404),
  },
  {
    operation: 'putAdviceSettings',
    request: () => ({ body: { places: ['global'] } }),
    action: 'advice-settings.put',
    target: () => 'advice',
    entries: 'once',
  },
  {
    operation: 'putCacheSettings',
    request: () => ({ body: { routes: [{ system: 'help-desk' }] } }),
    action: 'cache-settings.put',
    target: () => 'cache',
    entries: 'once',
  },
  {
    operation: 'putTimeSettings',
    request: () => ({ body: { timeZone: 'Asia/Tokyo' } }),
    action: 'time-settings.put',
    target: () => 'time',
    entries: 'once',
  },
  {
    operation: 'sendTestAlert',
    request: () => ({ body: { scope: 'user', scopeId: 'ada' } }),
    action: 'alerts.test',
    target: () => 'user/ada',
  },
  {
    operation: 'createKey',
    request: (n) => key(`key of ${n}`),
    action: 'key.create',
    target: () => /^key\//,
    inForce: 'all',
    show: async (send) => {
      const { json } = await send('GET /v1/keys');
      return JSON.stringify((json['items'] as { name: string }[]).map(({ name }) => name));
    },
  },
  {
    operation: 'rotateKey',
    request: (_, keyId) => ({ params: { keyId }, body: { overlapHours: 0 } }),
    action: 'key.rotate',
    target: (keyId) => `key/${keyId}`,
    prepare: keyed,
  },
  {
    operation: 'revokeKey',
    request: (_, keyId) => ({ params: { keyId } }),
    action: 'key.revoke',
    target: (keyId) => `key/${keyId}`,
    prepare: keyed,
    entries: 'once',
  },
  {
    operation: 'deleteReportExport',
    request: (_, exportId) => ({ params: { exportId } }),
    action: 'report-export.delete',
    target: (exportId) => exportId,
    prepare: async (send) =>
      String((await send(`POST ${EXPORTS}`, { body: week })).json['exportId']),
    inForce: 'gone',
    show: async (send) =>
      String(((await send(`GET ${EXPORTS}`)).json['items'] as unknown[]).length === 0),
  },
  ...(['confirm', 'reject'] as const).map((how): AuditedChange => ({
    operation: `${how}Dispute`,
    request: (_, id) => ({ params: { id }, body: { reason: 'looked at the bill' } }),
    action: `dispute.${how}`,
    target: (id) => `dispute/${id}`,
    prepare: disputed,
    entries: 'once',
  })),
  {
    operation: 'clearConduct',
    request: () => ({ params: { keyId: 'key-1' }, body: { reason: 'it was mended' } }),
    action: 'conduct.clear',
    target: () => 'key/key-1',
  },
];
