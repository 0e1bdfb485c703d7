import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { runScript } from '../../support/run-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'purser-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let api: FakeApi | undefined;
afterEach(() => api?.close());

const TRACE = 't_s,input_tokens,output_tokens\n0,100,10\n0.5,200,20\n1,0,5\n2,300,0\n3,400,40\n';

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const replay = (trace: string, ...args: string[]) =>
  runScript('replay', [trace, '--key', 'k', '--url', api?.url ?? '', ...args], { dataDir: folder });

describe('npm run replay', () => {
  it('ends with a report whose total is what the settlements answered', async () => {
    api = await startFakeApi({ reportLagReads: 1 });
    const out = join(folder, 'out.json');
    const { code, stdout } = await replay(file('a.csv', TRACE), '--out', out);
    expect(stdout).toContain('settlements of this run  0.003150000 USD');
    expect(stdout).toContain('equal to the nano-dollar');
    expect(stdout).toContain('skipped: 1 × input tokens not positive');
    expect(stdout).toContain('skipped: 1 × output tokens not positive');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(code).toBe(0);
    expect(api.requests).toHaveLength(3);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      sent: 3,
      settled: 3,
      settledUsd: '0.003150000',
      totalsMatch: true,
      decisions: { proceed: 3 },
    });
  });

  it('fails and names both amounts when the report differs by a nano-dollar', async () => {
    api = await startFakeApi({ reportErrorNanoUsd: 1n });
    const { code, stdout } = await replay(file('a.csv', TRACE), '--wait', '0.2');
    expect(code).toBe(1);
    expect(stdout).toContain('0.003150000 USD');
    expect(stdout).toContain('0.003150001 USD');
    expect(stdout).toContain('DIFFERENT');
  });

  it('repeats a request that got no decision with the same key, and a refusal never', async () => {
    api = await startFakeApi({
      onReservation: (count) =>
        count === 1
          ? { status: 503, body: { type: 'https://purser.dev/problems/unavailable' } }
          : count === 3
            ? {
                status: 429,
                body: {
                  type: 'https://purser.dev/problems/budget-exceeded',
                  decision: 'reject',
                  decidingBudgetId: 'user/ada/daily',
                },
              }
            : undefined,
    });
    const { code, stdout } = await replay(file('a.csv', TRACE), '--concurrency', '1');
    expect(code).toBe(0);
    expect(api.keys).toHaveLength(4);
    expect(api.keys[0]).toBe(api.keys[1]);
    expect(new Set(api.keys).size).toBe(3);
    expect(stdout).toContain('refused by: 1 × user/ada/daily');
    expect(stdout).toContain('attempts repeated: 1');
  });

  it('fails when a row got neither a decision nor a refusal', async () => {
    api = await startFakeApi({
      onReservation: (count) =>
        count === 2
          ? { status: 422, body: { type: 'https://purser.dev/problems/unknown-price' } }
          : undefined,
    });
    const { code, stdout } = await replay(file('a.csv', TRACE), '--concurrency', '1');
    expect(code).toBe(1);
    expect(stdout).toContain('failed: 1 × reserve: 422 unknown-price');
    expect(stdout).toContain('equal to the nano-dollar');
  });

  it('sends the same run again under the same keys, and still compares with its beginning', async () => {
    api = await startFakeApi();
    const trace = file('b.csv.gz', gzipSync(TRACE));
    const first = await replay(trace, '--run-id', 'again', '--limit', '2');
    expect(first.stdout).toContain('settlements of this run  0.001350000 USD');
    const second = await replay(trace, '--run-id', 'again');
    expect(second.stdout).toContain('report since the run first began  0.003150000 USD');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(new Set(api.keys).size).toBe(3);
  });

  it('ends with the report so far after Ctrl-C', async () => {
    api = await startFakeApi();
    const rows = Array.from({ length: 600 }, (_, row) => `${row},100,10`).join('\n');
    const trace = file('long.csv', `t_s,input_tokens,output_tokens\n${rows}\n`);
    const { code, stdout } = await runScript(
      'replay',
      [trace, '--key', 'k', '--url', api.url, '--speed-up', '2', '--concurrency', '2'],
      { dataDir: folder, afterLine: { text: '600 rows', signal: 'SIGINT' } },
    );
    expect(stdout).toContain('Stopped before the end of the trace.');
    expect(stdout).toContain('equal to the nano-dollar');
    expect(code).toBe(130);
    expect(api.requests.length).toBeLessThan(600);
  });

  it.each([
    [['--nonsense'], 2, 'nonsense'],
    [['--concurrency', '0'], 2, '--concurrency must be a whole number from 1 to 1024'],
    [['--systems', 'relaycore,other'], 2, '--systems takes automatrix, relaycore, neuroweaver'],
    [['--url', 'nowhere'], 2, '--url must be an address'],
    [['--url', 'http://127.0.0.1:9'], 1, 'Start it: npm start'],
  ])('says what is wrong with %j', async (args, expected, message) => {
    const trace = file('a.csv', TRACE);
    const { code, stderr } = await runScript('replay', [trace, '--key', 'k', ...args], {
      dataDir: folder,
    });
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
  });

  it.each([
    ['no-such-file.csv', undefined, 'cannot be read'],
    ['other.csv', 'a,b,c\n1,2,3\n', 'is not a trace that Purser knows'],
    ['empty.csv', '', 'is not a trace that Purser knows'],
    ['cut.csv.gz', gzipSync(TRACE.repeat(500)).subarray(0, 60), 'breaks off'],
  ])('says what is wrong with the file %s', async (name, content, message) => {
    api = await startFakeApi();
    if (content !== undefined) file(name, content);
    const { code, stderr } = await replay(join(folder, name));
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect(api.requests).toEqual([]);
  });
});
