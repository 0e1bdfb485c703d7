import type { LocalPurser } from '../support/local-purser.ts';
import { tableLines } from '../support/table-lines.ts';
import { SONNET, usageEventOf } from '../support/request-bodies.ts';
import { ATTACKED, NEIGHBOR, NEIGHBOR_KEY } from './organizations.ts';

const AS_NEIGHBOR = { authorization: `Bearer ${NEIGHBOR_KEY}` };

/** What the neighbor can read about itself. */
const SEEN = [
  '/v1/budgets',
  '/v1/budgets/user/ada/daily',
  `/v1/budgets/organization/${NEIGHBOR}/monthly`,
  '/v1/usage',
  '/v1/controls',
  '/v1/controls/actions',
  '/v1/breaches',
  '/v1/thresholds/user/ada',
  '/v1/alerts/preferences/user/ada',
  '/v1/flags',
  '/v1/audit',
  '/v1/models',
  `/v1/rate-cards/${SONNET}`,
  '/v1/reports/tags',
  '/v1/reports/subscriptions',
  '/v1/reports/exports',
  '/v1/reports/allocation',
];

/** Gives the neighbor one of everything. */
export async function seedNeighbor(purser: LocalPurser): Promise<void> {
  const put = async (path: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await purser.call('PUT', path, body, AS_NEIGHBOR);
    if (status >= 300) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(answer)}`);
  };
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const { status, body: answer } = await purser.call('POST', path, body, AS_NEIGHBOR);
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  await put('/v1/budgets/user/ada/daily', { limitUsd: '25' });
  await put(`/v1/budgets/organization/${NEIGHBOR}/monthly`, { limitUsd: '1000' });
  await put('/v1/thresholds/user/ada', {
    levels: [{ name: 'warning', amountUsd: '20', period: 'daily', action: 'alert' }],
  });
  await put('/v1/alerts/preferences/user/ada', {
    channels: [{ channel: 'email', to: ['ada@example.com'] }],
  });
  await put('/v1/reports/tags', { tags: ['team'] });
  await put('/v1/flags/model-switching', { enabled: true, rolloutPercent: 50 });
  await put('/v1/reports/subscriptions/weekly', {
    frequency: 'weekly',
    to: ['ada@example.com'],
  });
  const request = { system: 'relaycore', userId: 'ada', model: SONNET, inputTokens: 100 };
  const usage = { inputTokens: 100, outputTokens: 10 };
  const settled = await post('/v1/reservations', request);
  await post(`/v1/reservations/${String(settled['reservationId'])}/settle`, { usage });
  await post('/v1/reservations', request);
  const at = new Date(await purser.now()).toISOString();
  await post('/v1/usage', { events: [usageEventOf('of-the-neighbor', at)] });
  await post('/v1/controls', {
    scope: 'user',
    scopeId: 'eve',
    action: 'throttle',
    tier: 1,
    reason: 'a loop',
    expiresAt: '2199-01-01T00:00:00Z',
  });
}

/** Everything stored about the neighbor, and everything that it can read about itself. */
export async function neighborState(purser: LocalPurser): Promise<string[]> {
  const stored = (await tableLines(purser.store())).filter(
    (line) => line.includes(NEIGHBOR) && !line.includes(ATTACKED),
  );
  const told = await Promise.all(
    SEEN.map(async (path) => {
      const { status, body } = await purser.call('GET', path, undefined, AS_NEIGHBOR);
      return `${path} ${status} ${inOrder(body)}`;
    }),
  );
  return [...stored, ...told];
}

/** Sorts names, which the store leaves unordered, and drops the rate, which follows the clock. */
const inOrder = (body: unknown): string =>
  JSON.stringify(body, (_, value: unknown) =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .filter(([name]) => name !== 'burnRate')
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        ),
  );

/** Lines present in only one of two states. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !is.has(line)).map((line) => `gone: ${line.slice(0, 500)}`),
    ...after.filter((line) => !was.has(line)).map((line) => `new: ${line.slice(0, 500)}`),
  ];
}
