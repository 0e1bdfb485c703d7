import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import { deployedDesk } from '../support/deployed-desk.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/budgets.md'), 'utf8');

/** Requests of the page, each with the status it expects. */
const REQUESTS = [...PAGE.matchAll(/```http\n(\w+) (\S+)\n([\s\S]*?)→ (\d+)\n```/g)].map(
  ([, method = '', url = '', body = '', status]) => ({ method, url, body, status: Number(status) }),
);

const { ask } = deployedDesk();

test('every request on the page of budgets has an expected status', () => {
  expect(REQUESTS).toHaveLength(PAGE.split('```http').length - 1);
});

/** The reservation that the page made last, which `{reservationId}` in a path stands for. */
let reservationId = '';

test.each(REQUESTS)('$method $url answers $status', async ({ method, url, body, status }) => {
  const path = url.replace('{reservationId}', reservationId);
  const { pathname, searchParams } = new URL(path, 'https://example.com');
  const { template, params } = matchOf(method, pathname);
  const answer = await ask(`${method} ${template}`, {
    organizationId: 'page',
    params,
    ...(searchParams.size > 0 ? { query: Object.fromEntries(searchParams) } : {}),
    ...(body.trim() === '' ? {} : { body: JSON.parse(body) as unknown }),
  });
  expect(answer.status, answer.text).toBe(status);
  const answeredId = answer.json['reservationId'];
  if (typeof answeredId === 'string') reservationId = answeredId;
});

/** The route that serves a path, and the parameters in it. */
function matchOf(
  method: string,
  path: string,
): { template: string; params: Record<string, string> } {
  for (const route of Object.values(ROUTES)) {
    if (route.method !== method) continue;
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const pattern = route.path.replaceAll(/\{\w+\}/g, '([^/]+)').replaceAll('.', String.raw`\.`);
    const values = new RegExp(`^${pattern}$`).exec(path)?.slice(1);
    if (!values) continue;
    const params = values.map((value, position) => [
      names[position] ?? '',
      decodeURIComponent(value),
    ]);
    return { template: route.path, params: Object.fromEntries(params) as Record<string, string> };
  }
  throw new Error(`no route serves ${method} ${path}`);
}
