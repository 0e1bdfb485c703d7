import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import type { Role } from '../../domain/access/caller.ts';
import type { NamedScope } from '../../domain/scopes.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import type { TableName } from '../../tables/definitions.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import {
  idOf,
  NAMES,
  policyCases,
  type PolicyCase,
  type Records,
  requestOf,
} from '../support/policy-cases.ts';
import { MODEL } from '../support/reserving.ts';
import { tableLines } from '../support/table-lines.ts';
import { usageEventOf } from '../support/request-bodies.ts';

let store: EmbeddedStore;
let deployed: Deployed;
let records: Records;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store);
  records = { own: await recordsOf('own'), other: await recordsOf('other') };
  for (const scopeId of ['ada', 'bob']) {
    const params = { scope: 'user', scopeId, period: 'daily' };
    await made('PUT /v1/budgets/{scope}/{scopeId}/{period}', { params, body: { limitUsd: '9' } });
  }
  await tellEverybody();
});
afterAll(async () => {
  await deployed.close();
  await store.close();
});

const ask = async (routeKey: string, request?: Parameters<typeof call>[2]): Promise<Answer> =>
  call(await deployed.handlerOf(routeKey), routeKey, {
    ...request,
    // Keeps all cases within seconds from counting as a flood.
    limits: { ...request?.limits, requestsPerSecond: 100_000 },
  });

async function made(routeKey: string, request: Parameters<typeof call>[2]): Promise<Answer> {
  const answer = await ask(routeKey, request);
  expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

const tellEverybody = (): Promise<Answer> =>
  made(`PUT ${PREFERENCES}`, {
    params: { scope: 'organization', scopeId: 'acme' },
    body: { channels: [{ channel: 'email', to: [ADDRESS] }] },
  });

async function recordsOf(of: 'own' | 'other'): Promise<Records['own']> {
  const request = { ...NAMES[of], model: MODEL, inputTokens: 100, maxOutputTokens: 10 };
  const reserved = await made('POST /v1/reservations', { body: request });
  const workflow = await made('POST /v1/workflows', { body: { steps: [request] } });
  const job = await made('POST /v1/jobs', {
    body: { request: { ...NAMES[of], model: MODEL, prompt: 'Hello' } },
  });
  const eventId = `event-of-${of}`;
  await made('POST /v1/usage', { body: { events: [{ ...usageEventOf(eventId), ...NAMES[of] }] } });
  const controlOf = async (scope: NamedScope): Promise<string> => {
    const body = { scope, scopeId: idOf(scope, of), action: 'throttle', tier: 1, reason: 'a test' };
    return String((await made('POST /v1/controls', { body })).json['controlId']);
  };
  return {
    reservation: String(reserved.json['reservationId']),
    workflow: String(workflow.json['workflowId']),
    job: String(job.json['jobId']),
    eventId,
    control: {
      user: await controlOf('user'),
      department: await controlOf('department'),
      system: await controlOf('system'),
      organization: '',
      model: '',
      session: '',
    },
  };
}

/** What an answer reveals about the policy. A refusal for another reason has passed it. */
function verdictOf({ route }: PolicyCase, { status, json, text }: Answer): string {
  if (status >= 500) return `${status} ${text}`;
  if (status === 403) return 'forbidden';
  if (status === 404 && route.access.subject === 'record') return 'hidden';
  if (route.access.subject === 'events') {
    const { rejected = [] } = json as { rejected?: { message: string }[] };
    if (rejected.length > 0) {
      return rejected[0]?.message.includes('credentials') ? 'rejected' : text;
    }
  }
  if (route.access.subject === 'tools') {
    const { result } = json as { result?: { isError?: boolean } };
    if (result?.isError) return text.includes('credentials') ? 'rejected' : text;
  }
  return status === 400 || status === 415 ? `${status} ${text}` : 'allowed';
}

const PREFERENCES = '/v1/alerts/preferences/{scope}/{scopeId}';
const ADDRESS = 'everybody@example.com';
/** What no limited key may ever see. */
const OF_OTHERS = new RegExp(`\\b(${Object.values(NAMES.other).join('|')}|${ADDRESS})\\b`);

async function faultsOf(cases: PolicyCase[]): Promise<string[]> {
  const faults = await mapConcurrently(cases, 8, async (item) => {
    const { method, path } = item.route;
    const answer = await ask(`${method} ${path}`, requestOf(item, records));
    const verdict = verdictOf(item, answer);
    if (verdict !== item.expected) {
      return [`${item.label}: ${verdict}, not ${item.expected}: ${answer.text.slice(0, 300)}`];
    }
    const shown = item.limit === 'none' ? null : OF_OTHERS.exec(answer.text);
    return shown ? [`${item.label}: shows ${shown[0]}`] : [];
  });
  return faults.flat();
}

/** Everything that affects money: limits, prices, the tags and names behind them, and keys. */
const SETTINGS: TableName[] = [
  'rate-cards',
  'models',
  'cost-thresholds',
  'member-defaults',
  'directory',
  'auto-control-config',
  'alerting-config',
  'feature-flags',
  'providers',
  'report-settings',
  'report-subscriptions',
  'benchmarks',
  'predictor-artifacts',
  'api-keys',
];

const settingLines = async (): Promise<string[]> =>
  (await tableLines(store.db)).filter(
    (line) =>
      SETTINGS.some((table) => line.startsWith(`${table} `)) ||
      (line.startsWith('ledger ') && line.includes('"sk":"budgets"')),
  );

describe('the access policy', () => {
  const cases = policyCases();
  const isLower = ({ role }: PolicyCase) => role === 'viewer' || role === 'caller';

  it('judges more than a thousand pairs, and every route', () => {
    expect(cases.length).toBeGreaterThan(1_000);
    const routes = Object.values(ROUTES).filter(({ roles }) => roles !== 'public');
    expect(new Set(cases.map(({ id }) => id)).size).toBe(routes.length);
  });

  it('holds for viewers and callers, and nothing they send changes a setting', async () => {
    const before = await settingLines();
    expect(before).not.toEqual([]);
    expect(await faultsOf(cases.filter(isLower))).toEqual([]);
    expect(await settingLines()).toEqual(before);
  }, 120_000);

  it('holds for operators and admins', async () => {
    expect(await faultsOf(cases.filter((item) => !isLower(item)))).toEqual([]);
  }, 120_000);

  it('shows alert addresses only to those who manage them', async () => {
    const addressesOf = async (scopeId: string, role: Role, limits = {}): Promise<string> => {
      const params = { scope: 'user', scopeId };
      const { status, text } = await ask(`GET ${PREFERENCES}`, { params, role, limits });
      expect(status).toBe(200);
      return /\S*@example.com/.exec(text)?.[0].replace(/.*"/, '') ?? 'none';
    };
    await tellEverybody();
    const of = { users: ['ada', 'carl'] };
    const body = { channels: [{ channel: 'email', to: ['carl@example.com'] }] };
    const params = { scope: 'user', scopeId: 'carl' };
    await made(`PUT ${PREFERENCES}`, { params, body, role: 'operator', limits: of });
    expect(await addressesOf('carl', 'operator', of)).toBe('carl@example.com');
    expect(await addressesOf('zoe', 'operator')).toBe(ADDRESS);
    expect(await addressesOf('zoe', 'operator', { users: ['zoe'] })).toBe('none');
    expect(await addressesOf('carl', 'caller', of)).toBe('none');
    expect(await addressesOf('carl', 'viewer')).toBe('none');
  });
});
