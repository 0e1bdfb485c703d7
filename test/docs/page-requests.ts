import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import { deployedDesk } from '../support/deployed-desk.ts';

/** A request with its expected status and, if the page shows it, part of the answer. */
type PageRequest = {
  method: string;
  url: string;
  body: string;
  status: number;
  answer: string;
};

const FENCE = '```http';

/**
 * Sends the requests of a page in `docs/` in their order. `{reservationId}` stands for the
 * reservation that was made last, `{workflowId}` for the workflow, `{jobId}` for the job, and every event happens
 * now.
 */
export function testRequestsOf(page: string): void {
  const { ask } = deployedDesk();
  const now = new Date().toISOString();
  let reservationId = '';
  let workflowId = '';
  let jobId = '';
  test.each(requestsOf(page))('$method $url answers $status', async (request) => {
    const path = request.url
      .replace('{reservationId}', reservationId)
      .replace('{workflowId}', workflowId)
      .replace('{jobId}', jobId);
    const body = request.body
      .replace('{workflowId}', workflowId)
      .replaceAll(/(?<="at": ")[^"]*/g, now);
    const { pathname, searchParams } = new URL(path, 'https://example.com');
    const { template, params } = matchOf(request.method, pathname);
    const { status, text, json } = await ask(`${request.method} ${template}`, {
      organizationId: 'page',
      params,
      ...(searchParams.size > 0 ? { query: Object.fromEntries(searchParams) } : {}),
      ...(body === '' ? {} : { body: JSON.parse(body) as unknown }),
    });
    expect(status, text).toBe(request.status);
    if (request.answer !== '') expect(json).toMatchObject(JSON.parse(request.answer) as object);
    if (typeof json['reservationId'] === 'string') reservationId = json['reservationId'];
    if (typeof json['workflowId'] === 'string') workflowId = json['workflowId'];
    if (typeof json['jobId'] === 'string') jobId = json['jobId'];
  });
}

/** @throws if a request has no expected status */
function requestsOf(page: string): PageRequest[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');
  const requests = [...text.matchAll(/```http\n(\w+) (\S+)\n([\s\S]*?)→ (\d+)([\s\S]*?)\n```/g)];
  if (requests.length !== text.split(FENCE).length - 1) {
    throw new Error(`a request in docs/${page} has no expected status`);
  }
  return requests.map(([, method = '', url = '', body = '', status, answer = '']) => ({
    method,
    url,
    body: body.trim(),
    status: Number(status),
    answer: answer.trim(),
  }));
}

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
