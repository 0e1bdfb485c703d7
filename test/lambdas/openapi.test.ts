import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../contracts/openapi.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { createHandler } from '../../lambdas/openapi/handler.ts';
import { call, httpEvent } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

type Operation = {
  operationId: string;
  parameters?: { name: string }[];
  requestBody?: object;
  responses: object;
};

const handlerOf = (document: object) =>
  createHandler({ now: () => NOON, telemetry: silentTelemetry(), document });

test('the page shows every operation and schema, and its links lead somewhere', async () => {
  const document = openApiDocument();
  const { text, headers, contentType } = await call(handlerOf(document), 'GET /docs');
  expect(contentType).toBe('text/html; charset=utf-8');
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  expect([...ids]).toEqual(expect.arrayContaining(Object.keys(ROUTES)));
  const links = [...text.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('the page shows of every operation its parameters, its body and its problems', async () => {
  const document = openApiDocument() as unknown as {
    paths: Record<string, Record<string, Operation>>;
  };
  const { text } = await call(handlerOf(document), 'GET /docs');
  for (const operation of Object.values(document.paths).flatMap((each) => Object.values(each))) {
    const { operationId, parameters = [], requestBody, responses } = operation;
    const [shown = ''] = text.split(`<details id="${operationId}">`)[1]?.split('</details>') ?? [];
    expect([operationId, ...[...shown.matchAll(/<h4>([^<]*)/g)].map(([, title]) => title)]).toEqual(
      expect.arrayContaining([
        operationId,
        ...(parameters.length > 0 ? ['Parameters'] : []),
        ...(requestBody ? ['Request body'] : []),
        'Problems',
      ]),
    );
    expect(shown.includes('<h4>Parameters')).toBe(parameters.length > 0);
    for (const { name } of parameters) expect(shown).toContain(`<code>${name}</code>`);
    for (const status of Object.keys(responses)) expect(shown).toContain(status);
  }
});

test('the page runs no script, loads nothing, and has the one style that its policy admits', async () => {
  const { text, headers } = await call(handlerOf(openApiDocument()), 'GET /docs');
  expect(text).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=|style=/i);
  const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = String(headers['content-security-policy']).split('; ');
  expect(policy).toEqual(
    expect.arrayContaining(["default-src 'none'", `style-src 'sha256-${hash}'`]),
  );
});

test('the page shows what the document says as text', async () => {
  const document = openApiDocument();
  const info = { ...document.info, description: '<img src=x onerror="alert(1)">' };
  const { text } = await call(handlerOf({ ...document, info }), 'GET /docs');
  expect(text).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  expect(text).not.toContain('<img');
});

test('the document is served unchanged', async () => {
  const document = openApiDocument();
  const { json } = await call(handlerOf(document), 'GET /openapi.json');
  expect(json).toEqual(JSON.parse(JSON.stringify(document)));
});

test('long answers are compressed for clients that say so, and for nobody else', async () => {
  const answerTo = (encoding: string | undefined) =>
    handlerOf(openApiDocument())(
      httpEvent('GET /openapi.json', {
        headers: encoding === undefined ? {} : { 'accept-encoding': encoding },
      }),
      {} as Context,
    );
  const plain = await answerTo(undefined);
  for (const encoding of ['gzip', 'br;q=1.0, GZIP;q=0.8']) {
    const { body = '', isBase64Encoded, headers } = await answerTo(encoding);
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(isBase64Encoded).toBe(true);
    expect(body.length).toBeLessThan((plain.body?.length ?? 0) / 4);
    expect(gunzipSync(Buffer.from(body, 'base64')).toString()).toBe(plain.body);
  }
  for (const encoding of ['identity', 'gzip;q=0', 'gzip;q=0.000']) {
    const { body, headers } = await answerTo(encoding);
    expect(body).toBe(plain.body);
    expect(headers).not.toHaveProperty('content-encoding');
  }
});
