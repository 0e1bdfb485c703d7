import { describe, expect, it } from 'vitest';
import { batchStatusOf, endRecords } from '../../../domain/batches/batch-end.ts';
import { answerInLine, manifestIn, recordLine } from '../../../domain/batches/batch-file.ts';

const answered = (recordId: string) =>
  answerInLine(JSON.stringify({ recordId, modelInput: {}, modelOutput: { usage: {} } }));
const failed = (recordId: string) =>
  answerInLine(
    JSON.stringify({ recordId, modelInput: {}, error: { errorCode: 400, errorMessage: 'No.' } }),
  );
const kindsOf = (...given: Parameters<typeof endRecords>) =>
  [...endRecords(...given).values()].map(({ kind }) => kind);
const listed = (...answers: ReturnType<typeof answered>[]) =>
  answers.filter((answer) => answer !== undefined);

describe('a record', () => {
  const ids = ['a', 'b', 'c'];

  it('is settled by its answer, or released with the reason', () => {
    const ends = endRecords(ids, listed(answered('a'), failed('b'), answered('c')), 3);
    expect([...ends.values()]).toEqual([
      { kind: 'settle', answer: answered('a') },
      { kind: 'release', reason: 'No.' },
      { kind: 'settle', answer: answered('c') },
    ]);
  });

  it('is released if the manifest says that it was not processed', () => {
    expect(kindsOf(ids, listed(answered('a')), 1)).toEqual(['settle', 'release', 'release']);
  });

  it('is lost if more were processed than there are answers, or nobody says', () => {
    expect(kindsOf(ids, listed(answered('a')), 2)).toEqual(['settle', 'lost', 'lost']);
    expect(kindsOf(ids, listed(answered('a')), undefined)).toEqual(['settle', 'lost', 'lost']);
  });

  it('counts once, however often its line comes', () => {
    const answers = listed(answered('a'), answered('a'), answered('b'));
    expect(kindsOf(ids, answers, 3)).toEqual(['settle', 'settle', 'lost']);
  });
});

describe('a line', () => {
  it('carries texts of any kind', () => {
    const line = recordLine('a', { text: 'two\nlines\u2028and "quotes"' });
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ recordId: 'a' });
  });

  it.each(['', '{', '[]', '{"recordId":7}', '{"recordId":"a"}', '{"recordId":"a","error":1}'])(
    'is no answer: %s',
    (line) => {
      expect(answerInLine(line)).toBeUndefined();
      expect(manifestIn(line)).toBeUndefined();
    },
  );
});

it.each([
  ['Submitted', 'running', false],
  ['InProgress', 'running', false],
  ['Stopping', 'running', false],
  ['Completed', 'ended', true],
  ['PartiallyCompleted', 'ended', true],
  ['Stopped', 'ended', true],
  ['Failed', 'ended', false],
  ['Expired', 'ended', false],
])('%s means %s', (status, kind, hasOutput) => {
  const state = batchStatusOf({ status });
  expect([state.kind, state.kind === 'ended' && state.hasOutput]).toEqual([kind, hasOutput]);
});
