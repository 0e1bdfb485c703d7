import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResult } from '../client/browser-page.ts';
import { type StandIn, startStandIn } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { hasChromium, openPage, screenshotOf } from '../support/chromium.ts';

const CLIENT = join(import.meta.dirname, '../client');

/** The page's script. esbuild refuses what a browser does not have. */
async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(CLIENT, 'browser-page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

let running: BorrowedPurser;
let standIn: StandIn;
let site: Server;
let told: (results: PageResult[] | string) => void = () => undefined;

beforeAll(async () => {
  [running, standIn] = await Promise.all([borrowPurser(), startStandIn()]);
  const script = await pageScript();
  site = createServer((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/v1/')) return void passOn(running.url + url, request, response);
    if (url.startsWith('/provider/')) {
      return void passOn(standIn.endpoint + url.slice('/provider'.length), request, response);
    }
    if (url === '/result') {
      void textOf(request).then((text) => told(JSON.parse(text) as PageResult[]));
    }
    const isScript = url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : '<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  site?.closeAllConnections();
  site?.close();
  await standIn?.stop();
  await running?.giveBack();
});

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function passOn(address: string, request: IncomingMessage, response: ServerResponse) {
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  const { method = 'GET' } = request;
  const body = method === 'GET' ? undefined : await textOf(request);
  const answer = await fetch(address, {
    method,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body }),
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  for await (const part of answer.body ?? []) response.write(part);
  response.end();
}

test.skipIf(!hasChromium)(
  'a real browser runs every guarded call, whole and streamed',
  async () => {
    const { port } = site.address() as AddressInfo;
    const aheadMs = (await running.now()) - Date.now();
    const results = new Promise<PageResult[] | string>((resolve) => (told = resolve));
    const query = new URLSearchParams({ key: running.key, ahead: String(aheadMs) });
    const page = openPage(`http://127.0.0.1:${port}/?${query.toString()}`);
    try {
      const made = await results;
      expect(made).toHaveLength(14);
      for (const each of made as PageResult[]) {
        expect(each, each.name).toEqual({
          name: each.name,
          said: expect.stringMatching(/capital/),
          state: 'settled',
        });
      }
    } finally {
      await page.stop();
    }
    expect((await running.checkLedger()).violations).toEqual([]);
  },
);

test.skipIf(!hasChromium)('a picture shows the page of the API as a browser does', async () => {
  const picture = await screenshotOf(`${running.url}/docs`, { width: 800, height: 600 });
  const view = new DataView(picture.buffer);
  expect(String.fromCodePoint(...picture.slice(1, 4))).toBe('PNG');
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([800, 600]);
  // An empty page of this size has 3 KB.
  expect(picture.length).toBeGreaterThan(10_000);
});
