import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import type { ChainedEntry } from '../../domain/audit/audit-entry.ts';
import { canonicalText } from '../../domain/audit/canonical-text.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { verifyAudit } from '../../services/verify-audit.ts';
import { AUDITED_CHANGES, type AuditedChange, NO_CHANGES } from '../support/audited-changes.ts';
import { BUDGET_CHANGES } from '../support/budget-changes.ts';
import { FURTHER_CHANGES } from '../support/further-changes.ts';
import { TEMPLATE_CHANGES } from '../support/template-changes.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { grantedStore } from '../support/granted-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { roughStore } from '../support/rough-store.ts';

let store: EmbeddedStore;
let isBadDay = false;
let opening: FunctionDefinition;
const handlers = new Map<string, unknown>();

beforeAll(async () => {
  store = await startEmbeddedStore();
  vi.doMock('../../lambdas/edge/open-store.ts', () => ({
    openStore: () =>
      grantedStore(
        roughStore(store.db, () => isBadDay),
        opening,
      ),
  }));
  vi.doMock('../../aws/queue.ts', () => ({
    createQueue: () => ({ publish: () => Promise.resolve() }),
  }));
  for (const [name, value] of Object.entries({
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_NAMESPACE: 'purser',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PURSER_TABLE_PREFIX: 'audited',
    PURSER_RESERVATION_HOLD_SECONDS: '60',
    PURSER_RETENTION_DAYS: '400',
    PURSER_ENTRY_SHARDS: '[]',
    PURSER_ALERT_QUEUE_URL: 'http://127.0.0.1/alerts',
    PURSER_EXPORT_QUEUE_URL: 'http://127.0.0.1/exports',
    PURSER_EXPORT_BUCKET: 'exports',
    PURSER_JOB_QUEUE_URL: 'http://127.0.0.1/jobs',
    PURSER_JOB_BUCKET: 'jobs',
    PURSER_EVENT_BUS: 'events',
    PURSER_PROVIDERS:
      '{"privateHosts":[],"connectTimeoutMs":1000,"silenceTimeoutMs":10000,"maxConnections":10}',
    PURSER_ENVIRONMENT: 'dev',
    PURSER_REQUESTS_PER_SECOND: '10000',
    PURSER_AUTHORIZER_CACHE_SECONDS: '60',
    PURSER_WARMTH: JSON.stringify({ region: 'eu-central-1', targetPercent: 70, functions: [] }),
  })) {
    vi.stubEnv(name, value);
  }
});
afterAll(async () => {
  vi.doUnmock('../../lambdas/edge/open-store.ts');
  vi.doUnmock('../../aws/queue.ts');
  vi.unstubAllEnvs();
  await store.close();
});

/** A route's function as deployed, with its own grants, on a store that may be rough. */
async function deployed(route: string): Promise<unknown> {
  const [method = '', path = ''] = route.split(' ');
  const definition = FUNCTIONS.find(({ routes }: FunctionDefinition) =>
    routes?.some(
      (candidate) =>
        candidate.path === path && (candidate.method === method || candidate.method === 'ANY'),
    ),
  );
  if (!definition) throw new Error(`there is no function for ${route}`);
  const openHandler = handlers.get(definition.name);
  if (openHandler) return openHandler;
  opening = definition;
  const { handler }: { handler: unknown } = await import(
    `../../lambdas/${definition.name}/index.ts`
  );
  handlers.set(definition.name, handler);
  return handler;
}

const sendIn =
  (organizationId: string) =>
  async (route: string, request: object = {}): Promise<Answer> =>
    call(await deployed(route), route, { ...request, organizationId });

/** An organization's entries in chain order. */
async function entriesOf(organizationId: string): Promise<ChainedEntry[]> {
  const log = stores(store.db).audit;
  const { entries } = await log.list(organizationId, {}, { limit: 1_000 });
  return entries
    .toReversed()
    .toSorted((left, other) =>
      left.chain === other.chain ? left.sequence - other.sequence : left.chain - other.chain,
    );
}

const isDone = ({ status }: Answer): boolean => status < 300;
const numberIn = (
  numbers: readonly number[],
  text: string,
  asText: (n: number) => string = String,
): number[] => numbers.filter((n) => new RegExp(`(?<!\\d)${asText(n)}(?!\\d)`).test(text));

/** Stores return whole numbers as bigints. */
const plain = (value: unknown): unknown => JSON.parse(canonicalText(value ?? null));

/**
 * The previous state in each entry must equal the state that the last entry on that target left.
 */
function expectNoGaps(entries: readonly ChainedEntry[]): void {
  const left = new Map<string, unknown>();
  for (const { action, target, before, after } of entries) {
    const name = `${action.split('.')[0]} ${target}`;
    if (before !== undefined && left.has(name)) {
      expect({ was: plain(left.get(name)) }).toMatchObject({ was: plain(before) });
      expect(plain(before)).not.toEqual(plain(after));
    }
    left.set(name, after);
  }
}

const CHANGES = [...AUDITED_CHANGES, ...BUDGET_CHANGES, ...FURTHER_CHANGES, ...TEMPLATE_CHANGES];

test('every route except GET is raced below, or listed as not a change', () => {
  const raced = new Set(CHANGES.map(({ operation }) => operation));
  const others = Object.entries(ROUTES)
    .filter(([, { method }]) => method !== 'GET')
    .map(([operation]) => operation)
    .filter((operation) => !raced.has(operation) && !Object.hasOwn(NO_CHANGES, operation));
  expect(others).toEqual([]);
});

const kinds = CHANGES.map((change, position) => ({ ...change, position }));

describe.each(kinds)('$operation, eight at once on a bad day ($action)', (change) => {
  test('takes effect if and only if it is in the log, once per 2xx', async () => {
    const organizationId = `race-${change.position}`;
    const numbers = change.numbers ?? Array.from({ length: 8 }, (_, index) => 7_011 + index);
    const send = sendIn(organizationId);
    const prepared = (await change.prepare?.(send, store.db, organizationId)) ?? '';
    const { method, path } = ROUTES[change.operation] ?? { method: '', path: '' };
    isBadDay = true;
    const answers = await Promise.all(
      numbers.map((n) => send(`${method} ${path}`, change.request(n, prepared))),
    ).finally(() => (isBadDay = false));
    for (const { status, text } of answers) {
      expect([200, 201, 202, 404, 409, 429, 503], text).toContain(status);
    }
    const all = await entriesOf(organizationId);
    const entries = all.filter(({ action }) => action === change.action);
    for (const { target, actor } of entries) {
      expect(target).toMatch(wholly(change.target(prepared)));
      expect(actor).toBe('key-1');
    }
    expectNoGaps(all);
    await expectInForce(change, { send, prepared, numbers, answers, entries });
    const log = stores(store.db).audit;
    expect((await verifyAudit(log, { organizationId })).faults).toEqual([]);
  });
});

/** A string must match the whole target; a pattern matches its beginning. */
const wholly = (target: string | RegExp): RegExp =>
  typeof target === 'string' ? new RegExp(`^${RegExp.escape(target)}$`) : target;

type Raced = {
  send: ReturnType<typeof sendIn>;
  prepared: string;
  numbers: readonly number[];
  answers: readonly Answer[];
  entries: readonly ChainedEntry[];
};

const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

async function expectInForce(change: AuditedChange, raced: Raced): Promise<void> {
  const { numbers, answers, entries } = raced;
  const done = answers.filter(isDone).length;
  // The only successful change may be the one whose answer was lost.
  expect(done + entries.length).toBeGreaterThan(0);
  const late = answers.filter(({ status }) => change.goesOn && status === 503).length;
  const least = change.entries === 'once' ? 1 : done;
  expect(entries.length).toBeGreaterThanOrEqual(least);
  expect(entries.length).toBeLessThanOrEqual(least + late);
  const shown = await change.show?.(raced.send, raced.prepared);
  if (change.inForce === undefined || shown === undefined) return;
  if (change.inForce === 'gone') {
    expect(shown).toBe('true');
    return;
  }
  const told = entries.map(({ after }) => numberIn(numbers, canonicalText(after), change.toldAs));
  const doneNumbers = numbers.filter((_, n) => isDone(answers[n] as Answer));
  if (late === 0) expect(inOrder(told.flat())).toEqual(doneNumbers);
  else expect(told.flat()).toEqual(expect.arrayContaining(doneNumbers));
  const expected = change.inForce === 'all' ? inOrder(told.flat()) : (told.at(-1) ?? []);
  expect(numberIn(numbers, shown), shown).toEqual(expected);
}

describe('150 changes of budgets at once', () => {
  test.each([
    ['of one user', () => 'ada'],
    ['of 50 users', (n: number) => `user-${n % 50}`],
  ])(
    '%s are in force as they are in the log, one after the other, or cleanly refused',
    async (_who, userOf) => {
      const organizationId = `rush-${userOf(7)}`;
      const send = sendIn(organizationId);
      const answers = await Promise.all(
        Array.from({ length: 150 }, (_, n) =>
          send('PUT /v1/budgets/{scope}/{scopeId}/{period}', {
            params: { scope: 'user', scopeId: userOf(n), period: 'daily' },
            body: { limitUsd: String(1_000 + n) },
          }),
        ),
      );
      for (const { status } of answers) expect([200, 503]).toContain(status);
      const done = answers.filter(isDone).length;
      const entries = await entriesOf(organizationId);
      expect(entries.length).toBeGreaterThanOrEqual(done);
      // A refusal means that the store was too slow on a busy machine, never half a change.
      expect(done).toBeGreaterThan(30);
      expectNoGaps(entries);
    },
    120_000,
  );
});
