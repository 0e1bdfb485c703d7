import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runScript } from '../../support/run-script.ts';

const results = z.strictObject({
  results: z.array(
    z.strictObject({
      id: z.string(),
      dataset: z.string(),
      metric: z.string(),
      value: z.number(),
      baseline: z.number().nullable(),
      target: z.number().nullable(),
    }),
  ),
});

let root = '';
let folder = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'purser-evaluate-'));
  folder = join(root, 'data');
  mkdirSync(folder);
  mkdirSync(join(root, 'empty'));
  // Always 100 output tokens, so a predictor can learn them exactly.
  const rows = Array.from({ length: 1_000 }, (_, index) => `${index},${500 + (index % 7)},100`);
  writeFileSync(
    join(folder, 'requests_azure2099_conv.csv.gz'),
    gzipSync(['t_s,input_tokens,output_tokens', ...rows].join('\n')),
  );
  const lines = Array.from({ length: 60 }, (_, index) =>
    JSON.stringify({
      timestamp: index,
      input_length: 900,
      output_length: 10 + index,
      hash_ids: [],
    }),
  );
  writeFileSync(join(folder, 'mooncake_tiny.jsonl'), lines.join('\n'));
  const hours = Array.from({ length: 72 }, (_, hour) => `m,0,${hour},10.5,200,100,1`);
  const columns = 'model,client,hour,requests,in_mean,out_mean,cv';
  writeFileSync(join(folder, 'servegen_client_hours.csv'), [columns, ...hours].join('\n'));
});

afterAll(() => rmSync(root, { recursive: true }));

const evaluate = (...args: string[]) => runScript('evaluate', args);

function readResults(path: string) {
  return results.parse(JSON.parse(readFileSync(path, 'utf8'))).results;
}

describe('npm run evaluate', () => {
  it('measures what is there, says what is not, and writes it for machines and people', async () => {
    const json = join(root, 'results.json');
    const html = join(root, 'report.html');
    const { code, stdout } = await evaluate(folder, '--json', json, '--html', html);
    expect(code).toBe(0);

    const rows = readResults(json);
    const valueOf = (dataset: string, metric: string) =>
      rows.find((row) => row.dataset === dataset && row.metric === metric)?.value;
    expect(valueOf('azure2099_conv', 'in10')).toBe(100);
    expect(valueOf('azure2099_conv', 'cover')).toBe(100);
    expect(valueOf('azure2099_conv', 'sums100')).toBe(100);
    expect(valueOf('servegen_client_hours', 'within10')).toBe(100);
    expect(rows.find(({ metric }) => metric === 'in10')).toEqual({
      id: 'E1',
      dataset: 'azure2099_conv',
      metric: 'in10',
      value: 100,
      baseline: 100,
      target: 73,
    });
    expect(rows.map(({ dataset }) => dataset)).toContain('azure2099_conv->mooncake_tiny');

    expect(stdout).toContain('300 requests tested, the first 700 taught');
    expect(stdout).toContain('2 client-days tested');
    expect(stdout).toContain('missing: E1: no file such as requests_aider.csv.gz');
    expect(stdout).toContain('missing: E2: mooncake_tiny has too few rows for sums100');
    expect(stdout).toMatch(/in10 .* met$/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);

    const page = readFileSync(html, 'utf8');
    // Five charts per trace; the small trace's 18 tested requests are too few for three of them.
    expect(page.match(/<svg /g)).toHaveLength(7);
    expect(page.match(/Too few requests for a line/g)).toHaveLength(3);
    expect(page).not.toMatch(/https?:|src=|<link|@import|url\(|NaN|undefined/);
  });

  it('measures only the part and the data set that are asked for', async () => {
    const json = join(root, 'one.json');
    const { stdout } = await evaluate(
      folder,
      '--only=E1',
      '--dataset=azure2099_conv',
      `--json=${json}`,
    );
    expect(readResults(json).map(({ metric }) => metric)).toEqual(['in10', 'MdAPE', 'WAPE']);
    expect(stdout).not.toContain('missing');
  });

  it('learns from one folder and tests the whole of the other', async () => {
    const train = join(root, 'train');
    mkdirSync(train);
    writeFileSync(
      join(train, 'requests_azure2099_conv.csv'),
      't_s,input_tokens,output_tokens\n0,500,100\n1,500,100\n',
    );
    const { stdout } = await evaluate(folder, '--train', train, '--only', 'E1');
    expect(stdout).toMatch(/1000 requests tested, 2 requests of\s+\S+\s+taught/);
    expect(stdout).toMatch(
      /18 requests tested, the first 42 taught \(no such file to train\s+on\)/,
    );
  });

  it('forecasts series of days, and finds what people labelled in series of hours', async () => {
    const series = join(root, 'series');
    mkdirSync(series);
    const week = [90, 100, 110, 100, 120, 40, 30];
    const days = Array.from({ length: 84 }, (_, day) => {
      const date = new Date(Date.UTC(2099, 0, 1 + day)).toISOString().slice(0, 10);
      return `weekly,"MIT, of course",${date},${week[day % 7]}`;
    });
    writeFileSync(
      join(series, 'daily_series_2099.csv.gz'),
      gzipSync(['series,licence,day,value', ...days].join('\n')),
    );
    const hours = Array.from({ length: 400 }, (_, hour) => {
      const time = new Date(Date.UTC(2099, 0, 1, hour)).toISOString().slice(0, 19);
      return `jump,${time.replace('T', ' ')},${hour >= 300 && hour < 306 ? 50 : 10 + (hour % 3)}`;
    });
    writeFileSync(
      join(series, 'anomaly_series_2099.csv'),
      ['series,timestamp,value', ...hours].join('\n'),
    );
    writeFileSync(
      join(series, 'anomaly_windows_2099.json'),
      JSON.stringify({ jump: [['2099-01-13 11:00:00.000000', '2099-01-13 20:00:00.000000']] }),
    );
    const json = join(root, 'series.json');
    const html = join(root, 'series.html');
    const ofDays = '--dataset=daily_series_2099';
    const { stdout } = await evaluate(series, '--only=E5,E6', ofDays, '--json', json);
    const rows = readResults(json);
    const ofHours = '--dataset=anomaly_series_2099';
    await evaluate(series, '--only=E6', ofHours, '--json', json, '--html', html);
    rows.push(...readResults(json));
    await evaluate(series, '--only=E6', '--dataset=generated_spend', '--json', json);
    rows.push(...readResults(json));
    const valueOf = (dataset: string, metric: string) =>
      rows.find((row) => row.dataset === dataset && row.metric === metric)?.value;
    expect(valueOf('daily_series_2099', 'day')).toBeCloseTo(100, 6);
    expect(valueOf('daily_series_2099/seasonal', 'total')).toBeCloseTo(100, 6);
    // A name may change once, when the weeks have shown themselves.
    expect(valueOf('daily_series_2099', 'stability')).toBeGreaterThanOrEqual(90);
    expect(valueOf('anomaly_series_2099', 'recall')).toBe(100);
    expect(valueOf('anomaly_series_2099', 'falsePerWeek')).toBe(0);
    expect(stdout).toContain('missing: E5: no series of daily_series_2099 is growing');
    const few = rows.find(({ dataset }) => dataset === 'generated_spend/30-a-day');
    expect(few?.value).toBeGreaterThan(3 * (few?.baseline ?? 100));
    expect(readFileSync(html, 'utf8')).not.toMatch(/NaN|undefined/);

    const one = await evaluate(series, '--only=E5', ofDays, '--train', series);
    expect(one.stdout).toContain('forecasts of 1 series: weekly');
  });

  it('ends with 1 when there is nothing to measure', async () => {
    const { code, stdout, stderr } = await evaluate(
      join(root, 'empty'),
      '--only',
      'E1,E2,E3,E5,E6',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing could be measured');
    expect(stdout).toContain('missing: E2: no file such as servegen_client_hours.csv.gz');
  });

  it('judges advice on generated organizations, without a folder', async () => {
    const json = join(root, 'advice.json');
    const { code, stdout } = await evaluate(
      '--only=advice',
      '--dataset=advice_10',
      '--seeds=building',
      `--json=${json}`,
    );
    expect(code).toBe(0);
    expect(readResults(json).map(({ metric }) => metric)).toContain('found7');
    expect(stdout).toContain('one waste each, building');
    expect(stdout).toMatch(/^ {2}unread-writes +\d+/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    { args: [], code: 2, says: 'Name one folder.' },
    { args: ['--only', 'E9'], code: 2, says: '--only takes E1, E2, E3' },
    { args: ['--prices', 'none'], code: 2, says: '--prices takes default or own, not "none"' },
    { args: ['--seeds', 'none'], code: 2, says: '--seeds takes judged or building, not "none"' },
  ])('says what is wrong with $args', async ({ args, code, says }) => {
    const outcome = await evaluate(...(args.length > 0 ? [folder, ...args] : []));
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(says);
  });

  it('names a file whose columns it does not know, before it measures the others', async () => {
    const odd = join(root, 'odd');
    mkdirSync(odd);
    writeFileSync(join(odd, 'requests_odd.csv'), 'a,b,c\n1,2,3\n');
    writeFileSync(join(odd, 'requests_empty.csv'), 't_s,input_tokens,output_tokens\n');
    writeFileSync(join(odd, 'anomaly_windows.json'), '{"jump":"2099-01-13"}');
    mkdirSync(join(odd, 'daily_series.csv'));
    const lines = Array.from({ length: 40 }, (_, index) => promptLine(`${index}\u2028next line`));
    writeFileSync(join(odd, 'outlen_odd.jsonl'), lines.join('\n'));
    const { code, stdout, stderr } = await evaluate(odd, '--only', 'E3,E5,T4');
    expect(code).toBe(1);
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      'Left out: anomaly_windows.json needs [start, end] pairs by series',
      expect.stringMatching(/^Left out: .*daily_series.csv cannot be read: EISDIR/),
      'Left out: requests_empty.csv has no usable row in its first 200 lines',
      expect.stringContaining('requests_odd.csv is not a known trace. Known first lines: t_s,'),
    ]);
    expect(stdout).toMatch(/outlen_odd: \d+ prompts that chose no constant/);
    expect(stderr).toContain('4 failed; the other figures stand.');
  });

  it('keeps what is done when a file fails far below its first lines', async () => {
    const late = join(root, 'late');
    mkdirSync(late);
    const rows = (length: number) =>
      Array.from({ length }, (_, index) => `${index},${500 + (index % 7)},100\n`).join('');
    const header = 't_s,input_tokens,output_tokens\n';
    writeFileSync(join(late, 'requests_a.csv'), header + rows(400));
    const packed = gzipSync(header + rows(90_000));
    writeFileSync(join(late, 'requests_b.csv.gz'), packed.subarray(0, packed.length / 2));
    const lines = [...Array.from({ length: 300 }, (_, index) => promptLine(`${index}`)), '{"prom'];
    writeFileSync(join(late, 'outlen_c.jsonl'), lines.join('\n'));
    const json = join(root, 'late.json');
    const { code, stdout, stderr } = await evaluate(late, '--only', 'E1,E2,T4', '--json', json);
    expect(code).toBe(1);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    expect(flat).toMatch(/FAILED: E1: b: \S+requests_b.csv.gz breaks off: unexpected end of file/);
    expect(flat).toContain('FAILED: E2: b: ');
    expect(flat).toContain('FAILED: T4: outlen_c: outlen_c.jsonl, line 301: needs prompt and');
    expect(stderr).toContain('3 failed; the other figures stand.');
    const datasets = readResults(json).map(({ id, dataset }) => `${id} ${dataset}`);
    expect(new Set(datasets)).toEqual(new Set(['E1 a', 'E1 outlen_c', 'E2 a']));
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('does not begin when a file that is to teach cannot be read', async () => {
    const untaught = join(root, 'untaught');
    mkdirSync(untaught);
    writeFileSync(join(untaught, 'requests_azure2099_conv.csv'), 'a,b\n1,2\n');
    const { code, stdout, stderr } = await evaluate(folder, '--train', untaught);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was measured, because these files were to teach.');
    expect(stdout).toBe('');
  });
});

const promptLine = (prompt: string): string =>
  JSON.stringify({ prompt, model: 'm', in_tokens: 5, out_tokens: 10 });
