import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportRequest } from '../../../domain/reporting/report-export.ts';
import { costs, NOW, records, startExporting } from '../../support/exporting.ts';
import { NOON, postingWith } from '../../support/postings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let exporting: Awaited<ReturnType<typeof startExporting>>;
beforeAll(async () => {
  exporting = await startExporting();
});
afterAll(() => exporting.stop());

describe('an export that goes wrong', () => {
  test('is tried again, and fails with the last attempt', async () => {
    const { ask, build, find } = await exporting.organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    const broken = () => Promise.reject(new Error('S3 is down'));
    await expect(build(exportId, {}, broken)).rejects.toThrow('S3 is down');
    expect(await find(exportId)).toMatchObject({ state: 'running' });
    await expect(build(exportId, { isLast: true }, broken)).rejects.toThrow('S3 is down');
    const failed = await find(exportId);
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('logged') });
    // After a redrive, it succeeds.
    await build(exportId);
    expect(await find(exportId)).toMatchObject({ state: 'done', failure: undefined });
  });

  test('for want of time says at which day, and leaves no file', async () => {
    const { ask, build, find } = await exporting.organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    await build(exportId, { deadlineMs: NOW - 1 });
    const failed = await find(exportId);
    expect(failed.failure).toBe(
      'The file took too long: it got to day 0 of 5. Ask for fewer days.',
    );
    expect(failed.files).toEqual([]);
  });

  test('once done stays as it is, and expires', async () => {
    const { ask, build, find, state } = await exporting.organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    await build(exportId);
    const done = await find(exportId);
    await build(exportId, { attemptId: 'second' });
    expect(await find(exportId)).toEqual(done);
    state.nowMs += 7 * DAY_MS;
    await expect(find(exportId)).rejects.toMatchObject({ kind: 'not-found' });
    await build(crypto.randomUUID());
  });
});

describe('an export that one run cannot write', () => {
  /** Two records in each of six hours over two days. */
  const postings = Array.from({ length: 12 }, (_, index) =>
    postingWith({
      occurredAtMs: NOON + Math.floor(index / 2) * 4 * HOUR_MS + (index % 2) * 60_000,
      amountNanoUsd: BigInt(index + 1),
    }),
  );

  /** Runs with time for one hour or day each, until the queue is empty. */
  async function madeInParts(request: ExportRequest) {
    const organization = await exporting.organizationWith(postings);
    const { ask, build, find, queued, textOf } = organization;
    const { exportId } = await ask(request);
    const states: string[] = [];
    for (let run = 1; queued.shift(); run += 1) {
      await build(exportId, { attemptId: `run-${run}`, endsMs: NOW });
      const { state, files } = await find(exportId);
      states.push(`${state} ${files.length}`);
    }
    const { files } = await find(exportId);
    const texts = await Promise.all(files.map(({ objectKey }) => textOf(objectKey)));
    return { ...organization, exportId, states, files, texts };
  }

  test('of records is several whole files, with every record in one of them', async () => {
    const { files, texts, states, postings: own } = await madeInParts(records);
    expect(states).toEqual([1, 2, 3, 4, 5].map((count) => `running ${count}`).concat('done 6'));
    expect(files.map(({ fileName, rows }) => `${fileName} ${rows}`).slice(0, 2)).toEqual([
      'usage-2026-11-19-to-2026-11-23.csv.gz 2',
      'usage-2026-11-19-to-2026-11-23.part-2.csv.gz 2',
    ]);
    const lines = texts.map((text) => text.trimEnd().split('\r\n'));
    expect(new Set(lines.map(([head]) => head)).size).toBe(1);
    const ids = lines.flatMap(([, ...rows]) => rows.map((row) => row.split(',')[0]));
    expect(ids).toEqual(own.map(({ postingId }) => postingId).toReversed());
    expect(files.reduce((sum, { totalNanoUsd }) => sum + totalNanoUsd, 0n)).toBe(78n);
  });

  test('of sums is a file for each part of the range, which each names', async () => {
    const { texts, states, report } = await madeInParts({ ...costs, format: 'json' });
    expect(states.at(-1)).toBe('done 5');
    const parts = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
    const edges = ['19T12:00', '20T00:00', '21T00:00', '22T00:00', '23T00:00', '23T13:00'];
    expect(parts.map(({ from, to }) => [from, to])).toEqual(
      edges
        .slice(0, -1)
        .map((edge, index) => [`2026-11-${edge}:00.000Z`, `2026-11-${edges[index + 1]}:00.000Z`]),
    );
    const whole = await report({ ...costs, groupBy: 'department' });
    const rows = parts.flatMap(({ groups }) => groups as unknown[]);
    expect(rows).toHaveLength(whole.rows.length);
  });

  test('of sums of the whole range is one file all the same', async () => {
    const { states } = await madeInParts({ ...costs, granularity: 'total' });
    expect(states).toEqual(['done 1']);
  });

  test('goes on where a run died, and takes each part once', async () => {
    const { ask, build, find, queued, state, textOf } = await exporting.organizationWith(postings);
    const { exportId } = await ask(records);
    await build(exportId, { endsMs: NOW });
    const [first] = (await find(exportId)).files;
    // It starts before the first file exists and ends after it.
    let isSecondDone = false;
    const upload: Parameters<typeof build>[2] = async (text, { objectKey }) => {
      for await (const _ of text);
      if (!isSecondDone) {
        isSecondDone = true;
        await build(exportId, { attemptId: 'faster', endsMs: NOW });
      }
      return { bytes: objectKey.length };
    };
    queued.length = 0;
    await build(exportId, { attemptId: 'slower', endsMs: NOW }, upload);
    expect(queued).toHaveLength(1);
    const { files } = await find(exportId);
    expect(files).toHaveLength(2);
    expect(files[0]).toEqual(first);
    expect(await textOf(files[1]?.objectKey ?? '')).toContain('recordId');

    state.isQueueDown = true;
    await expect(build(exportId, { attemptId: 'third', endsMs: NOW })).rejects.toThrow('SQS');
    state.isQueueDown = false;
    expect((await find(exportId)).files).toHaveLength(3);
    await build(exportId, { attemptId: 'third-again' });
    const done = await find(exportId);
    expect(done).toMatchObject({ state: 'done' });
    expect(done.files.reduce((sum, { rows }) => sum + rows, 0)).toBe(12);
  });
});
