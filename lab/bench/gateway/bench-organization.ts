import { budgetServices } from '../../../composition/budgets.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { runtime } from '../../../lambdas/edge/runtime.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';

export const BENCH_ORGANIZATION = 'acme';
export const BENCH_KEY = 'key-of-the-gateway-benchmark';
/** A model that every program reaches through the same API, without translation. */
export const BENCH_MODEL = 'openai.gpt-oss-120b-1:0';
export const CHAT_PATH = '/openai/v1/chat/completions';

const LIMIT_NANO_USD = 1_000_000n * NANO_PER_USD;
const USERS = Array.from({ length: 16 }, (_, user) => `user-${user}`);
const DEPARTMENT = 'research';
const SYSTEM = 'relaycore';

/** Who calls, in turn. Four budgets apply to each. */
export const callerHeaders = (index: number): Record<string, string> => ({
  'x-purser-system': SYSTEM,
  'x-purser-user': USERS[index % USERS.length] ?? '',
  'x-purser-department': DEPARTMENT,
});

/** Sets exact budgets that are never exhausted: user, department, system and organization. */
export async function putBenchBudgets(db: DynamoDb): Promise<void> {
  const { now, telemetry } = runtime;
  const { budgets } = budgetServices(db, {
    now,
    telemetry,
    alerts: { publish: () => Promise.resolve() },
    entryShards: [],
  });
  const put = (scope: Scope, scopeId: string) =>
    budgets.put(
      { organizationId: BENCH_ORGANIZATION, actor: 'bench', nowMs: Date.now() },
      { scope, scopeId, period: scope === 'user' ? 'daily' : 'monthly' },
      { limitNanoUsd: LIMIT_NANO_USD, timeZone: 'UTC', enforcement: 'enforce', mode: 'exact' },
    );
  await put('department', DEPARTMENT);
  await put('organization', BENCH_ORGANIZATION);
  await put('system', SYSTEM);
  for (const user of USERS) await put('user', user);
}
