import type { AuditedChange } from './audited-changes.ts';
import type { Answer } from './http-event.ts';

type Send = (route: string, request?: object) => Promise<Answer>;

const key = (name: string) => ({ body: { name, role: 'viewer' } });
const keyed = async (send: Send): Promise<string> =>
  String((await send('POST /v1/keys', key('first'))).json['keyId']);

const EXPORTS = '/v1/reports/exports';
const week = { from: '2026-10-01T00:00:00Z', to: '2026-10-08T00:00:00Z', groupBy: 'user' };

/** Changes of keys and exports, and what changes nothing that is shown. */
export const FURTHER_CHANGES: readonly AuditedChange[] = [
  {
    operation: 'invalidateCache',
    request: () => ({}),
    action: 'analytics-cache.invalidate',
  },
  {
    operation: 'sendTestAlert',
    request: () => ({ body: { scope: 'user', scopeId: 'ada' } }),
    action: 'alerts.test',
  },
  {
    operation: 'createKey',
    request: (n) => key(`key of ${n}`),
    action: 'key.create',
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
    prepare: keyed,
  },
  {
    operation: 'revokeKey',
    request: (_, keyId) => ({ params: { keyId } }),
    action: 'key.revoke',
    prepare: keyed,
    entries: 'once',
  },
  {
    operation: 'deleteReportExport',
    request: (_, exportId) => ({ params: { exportId } }),
    action: 'report-export.delete',
    prepare: async (send) =>
      String((await send(`POST ${EXPORTS}`, { body: week })).json['exportId']),
    inForce: 'gone',
    show: async (send) =>
      String(((await send(`GET ${EXPORTS}`)).json['items'] as unknown[]).length === 0),
  },
];
