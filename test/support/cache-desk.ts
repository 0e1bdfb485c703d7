import { beforeEach } from 'vitest';
import { controlServices } from '../../composition/controls.ts';
import { createAnswersManager } from '../../services/caching/manage-answers.ts';
import { createCachedRoutesManager } from '../../services/caching/manage-cached-routes.ts';
import { applyControl } from '../../services/controls/manage-controls.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { type DynamoDb, StoreUnavailableError } from '../../tables/dynamodb.ts';
import { parseEntry } from '../../tables/ledger/entry-items.ts';
import { createResponseCacheStore } from '../../tables/response-cache.ts';
import { createOrganizationSettingsStore } from '../../tables/organization-settings.ts';
import type { CachedRoute } from '../../domain/caching/cache-wish.ts';
import { openGatewayDesk } from './gateway-desk.ts';
import type { StreamedCall } from './streamed-call.ts';

export const CHAT = 'POST /openai/v1/chat/completions';

export type Asked = {
  body: unknown;
  headers?: Record<string, string>;
  params?: Record<string, string>;
};

/** What an answer says of the cache. */
export const cacheOf = ({ headers }: StreamedCall): string | undefined => headers['x-purser-cache'];

const raise = (error: unknown): never => {
  throw error;
};

/** A store that fails for one table. */
export function withoutTable(db: DynamoDb, table: string): DynamoDb {
  const fail = () => Promise.reject(new StoreUnavailableError('down'));
  return {
    ...db,
    get: (request) => (request.table === table ? fail() : db.get(request)),
    write: (write) => (write.table === table ? fail() : db.write(write)),
  };
}

/**
 * A desk of the gateway whose calls ask for the cache. The stand-in says something else in each test,
 * and each time after `answerWith`, so that only the cache can repeat an answer.
 */
export function openCacheDesk() {
  const desk = openGatewayDesk();
  let answers = 0;
  const call = () => ({
    organizationId: desk.organizationId,
    actor: 'test',
    role: 'admin' as const,
    nowMs: desk.world.now(),
  });
  const answerWith = (reply: object = {}): void => {
    const text = `Answer ${(answers += 1)}. It is Paris.`;
    const step = { firstTokenMs: 1, tokensPerSecond: 1e6, text, ...reply };
    desk.standIn.set({ timeScale: 1, rules: [{ steps: [step] }] });
  };
  beforeEach(() => answerWith());
  return {
    desk,
    answerWith,
    calls: (): number => desk.standIn.bedrock.record.list().length,
    ask: (route: string, { headers, ...asked }: Asked): Promise<StreamedCall> =>
      desk.call(route, { ...asked, headers: { 'x-purser-cache': 'on', ...headers } }),
    invalidate: (pattern: string): Promise<number> => {
      const store = createResponseCacheStore(desk.db);
      const { answers: stored } = store;
      const audit = createAuditLog(desk.db);
      return createAnswersManager({ store, answers: stored, audit, onError: raise }).invalidate(
        call(),
        pattern,
      );
    },
    /** Sets the organization's routes, for a process that has not read others. */
    cacheRoutes: (routes: CachedRoute[]) => {
      const settings = createOrganizationSettingsStore(desk.db).caching;
      const audit = createAuditLog(desk.db);
      return createCachedRoutesManager({ settings, audit }).change(call(), routes);
    },
    disable: (scopeId: string) =>
      applyControl({ ...controlServices(desk.db, desk.world), ...desk.world }, call(), {
        scope: 'user',
        scopeId,
        restriction: { action: 'disable' },
        reason: 'a test',
      }),
    /** The organization's requests that were booked without being reserved. */
    charges: async () => {
      const { items } = await desk.db.scan({ table: 'ledger' });
      const entries = items.filter((item) => item['k'] === 'C').map(parseEntry);
      return entries.filter(({ organizationId }) => organizationId === desk.organizationId);
    },
  };
}
