import { describe, expect, it, vi } from 'vitest';
import type { InvocationResult } from '../../local/functions/function-host.ts';
import { createBatchDelivery } from '../../local/streams/deliver-batch.ts';
import type { StreamRecord } from '../../local/streams/deliver-batch.ts';
import { compileFilter } from '../../local/streams/filter-pattern.ts';
import type { MappingDefinition } from '../../local/streams/mapping-definition.ts';

describe('filter patterns', () => {
  it.each<[Record<string, unknown>, unknown, boolean]>([
    [{ a: ['x'] }, { a: 'x' }, true],
    [{ a: ['x'] }, { a: 'y' }, false],
    [{ a: ['x'] }, {}, false],
    [{ a: { b: [1, 2] } }, { a: { b: 2 } }, true],
    [{ a: ['x'] }, { a: ['y', 'x'] }, true],
    [{ a: [null] }, { a: null }, true],
    [{ a: [{ prefix: 'or' }] }, { a: 'order' }, true],
    [{ a: [{ suffix: 'er' }] }, { a: 'order' }, true],
    [{ a: [{ exists: true }] }, { a: 0 }, true],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: false }] }, { a: 1 }, false],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    [{ a: [{ 'anything-but': 'x' }] }, { a: 'x' }, false],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 6 }, false],
    [{ a: [{ 'equals-ignore-case': 'X' }] }, { a: 'x' }, true],
    [{ a: [{ wildcard: 'a*c' }] }, { a: 'abbc' }, true],
    [{ $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
    [{ $or: [{ a: [1] }, { b: [2] }] }, { b: 3 }, false],
    [{ a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
  ])('%j with %j is %s', (pattern, event, expected) => {
    expect(compileFilter([pattern])(event)).toBe(expected);
  });

  it('lets everything through without patterns and anything that fits one of several', () => {
    expect(compileFilter([])({})).toBe(true);
    expect(compileFilter([{ a: [1] }, { a: [2] }])({ a: 2 })).toBe(true);
  });
});

describe('the delivery of a stream batch', () => {
  const mapping: MappingDefinition = {
    logicalId: 'M',
    sourceArn: 'arn:stream',
    functionName: 'f',
    enabled: true,
    batchSize: 10,
    batchingWindowMs: 0,
    startsAtLatest: false,
    reportsItemFailures: true,
    bisectsOnError: false,
    maximumRetries: 1,
    maximumAgeMs: Number.POSITIVE_INFINITY,
    onFailureArn: 'arn:queue',
    patterns: [],
  };
  const records = ['1', '2', '3', '4'].map((SequenceNumber): StreamRecord => ({
    eventID: SequenceNumber,
    eventName: 'INSERT',
    dynamodb: { SequenceNumber },
  }));

  function run(
    changes: Partial<MappingDefinition>,
    answer: (sequenceNumbers: string[]) => InvocationResult,
  ) {
    const seen: string[][] = [];
    const onGiveUp = vi.fn<(arn: string, body: string) => void>();
    const deliver = createBatchDelivery({
      mapping: { ...mapping, ...changes },
      filter: () => true,
      invoke: (event) => {
        const { Records } = JSON.parse(event) as { Records: StreamRecord[] };
        const numbers = Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
        seen.push(numbers);
        return Promise.resolve(answer(numbers));
      },
      onGiveUp,
      isStopped: () => false,
    });
    const checkpoint = vi.fn<(sequenceNumber: string) => void>();
    return { seen, onGiveUp, checkpoint, done: deliver(records, checkpoint) };
  }
  const fine: InvocationResult = { ok: true, payload: '{"batchItemFailures":[]}' };
  const broken: InvocationResult = {
    ok: false,
    timedOut: false,
    error: { errorType: 'Error', errorMessage: 'no' },
  };

  it('remembers the last record of a batch that went well', async () => {
    const { seen, checkpoint, done } = run({}, () => fine);
    expect(await done).toBe(true);
    expect(seen).toEqual([['1', '2', '3', '4']]);
    expect(checkpoint).toHaveBeenLastCalledWith('4');
  });

  it('repeats from the first failed item, then gives the rest up', async () => {
    const { seen, checkpoint, onGiveUp, done } = run({}, (numbers) =>
      numbers.includes('3')
        ? { ok: true, payload: '{"batchItemFailures":[{"itemIdentifier":"3"}]}' }
        : fine,
    );
    await done;
    expect(seen.slice(0, 2)).toEqual([
      ['1', '2', '3', '4'],
      ['3', '4'],
    ]);
    expect(checkpoint.mock.calls[0]).toEqual(['2']);
    expect(onGiveUp).toHaveBeenCalledOnce();
    expect(onGiveUp.mock.calls[0]?.[0]).toBe('arn:queue');
  });

  it('splits a failing batch until the bad record is alone', async () => {
    const { onGiveUp, seen, done } = run(
      { bisectsOnError: true, maximumRetries: 0, reportsItemFailures: false },
      (numbers) => (numbers.includes('3') ? broken : fine),
    );
    await done;
    expect(seen.at(-1)).toEqual(['4']);
    const body = JSON.parse(onGiveUp.mock.calls[0]?.[1] ?? '{}') as {
      DDBStreamBatchInfo: { startSequenceNumber: string; batchSize: number };
    };
    expect(onGiveUp).toHaveBeenCalledOnce();
    expect(body.DDBStreamBatchInfo).toMatchObject({ startSequenceNumber: '3', batchSize: 1 });
  });
});
