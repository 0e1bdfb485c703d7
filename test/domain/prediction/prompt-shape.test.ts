import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengthInstructionOf } from '../../../domain/prediction/length-instruction.ts';
import { predictOutput } from '../../../domain/prediction/predict-output.ts';
import { coldState } from '../../../domain/prediction/predictor-state.ts';
import { packShape, parseShape, shapeOf } from '../../../domain/prediction/prompt-shape.ts';

const shapeOfText = (text: string) => shapeOf([{ role: 'user', text }]);

describe('lengthInstructionOf', () => {
  test.each([
    ['Summarize this report in 50 words.', 68, 'about'],
    ['Answer in at most 100 words: what is rain?', 135, 'at-most'],
    ['Write an article of at least 1,500 words about bees.', 2025, 'at-least'],
    ['Please write a 500-word essay on trust.', 675, 'about'],
    ['Describe it in one or two sentences.', 42, 'about'],
    ['Give the answer in 3 bullet points', 90, 'about'],
    ['Keep your responses in range of 30 to 50 tokens', 40, 'about'],
    ['Fasse den Text in 30 Wörtern zusammen.', 41, 'about'],
    ['Explain in two paragraphs or less', 220, 'at-most'],
  ])('reads "%s"', (text, tokens, sense) => {
    expect(lengthInstructionOf(text)).toEqual({ tokens, sense });
  });

  test.each([
    'What do the first two pages of the document say?',
    'The slopes of the two lines are multiplied.',
    'Each test case consists of two lines of input.',
    'There are 500 words in my dictionary, is that many?',
    '',
  ])('finds none in "%s"', (text) => {
    expect(lengthInstructionOf(text)).toBeUndefined();
  });
});

describe('shapeOf', () => {
  test('says what is asked, never the text', () => {
    const shape = shapeOf([
      { role: 'system', text: 'You answer with JSON.' },
      { role: 'user', text: 'Write a Python function that sorts this list:\n```\n[3, 1]\n```' },
    ]);
    expect(shape).toMatchObject({
      turns: 2,
      language: 'english',
      signs: { asksCode: true, holdsCode: true, asksList: true, asksJson: false },
      lengthTokens: 0,
    });
    expect(JSON.stringify(shape)).not.toContain('Python');
  });

  test('knows questions, tables, brevity, detail and languages', () => {
    expect(shapeOfText('What is the capital of France?')?.signs.isQuestion).toBe(true);
    expect(shapeOfText('Make a table of planets')?.signs.asksTable).toBe(true);
    expect(shapeOfText('Answer briefly: why')?.signs.asksShort).toBe(true);
    expect(shapeOfText('Explain in detail how bees fly')?.signs.asksDetail).toBe(true);
    expect(shapeOfText('请用中文写一首关于春天的诗')?.language).toBe('cjk');
    expect(shapeOfText('Напиши короткое письмо другу')?.language).toBe('other');
  });

  test('is undefined without a text', () => {
    expect(shapeOf([])).toBeUndefined();
    expect(shapeOfText('  \n')).toBeUndefined();
  });

  test('reads the ends of a text only', () => {
    const text = `${'a b '.repeat(100_000)}Tell it in 20 words`;
    const ends = `${text.slice(0, 1_200)}\n${text.slice(-1_200)}`;
    expect(shapeOfText(text)).toEqual(shapeOfText(ends));
    expect(shapeOfText(text)?.lengthTokens).toBeGreaterThan(0);
  });

  test('survives packing into a small whole number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), text: fc.string() }), {
          maxLength: 30,
        }),
        fc.nat(5_000),
        (messages, words) => {
          const shape = shapeOf([...messages, { role: 'user', text: `Tell it in ${words} words` }]);
          if (!shape) throw new Error('there is a text');
          const packed = packShape(shape);
          expect(packed).toBeLessThan(2 ** 31);
          expect(parseShape(packed)).toEqual(shape);
        },
      ),
    );
  });
});

test('an explicit length rules a cold start', () => {
  const predicted = (text: string): number =>
    predictOutput(
      {
        inputTokens: 200,
        model: 'anthropic.claude-sonnet-4-6',
        system: 'relaycore',
        shape: shapeOfText(text),
        atMs: 0,
      },
      coldState(),
    ).expectedTokens;
  const plain = predicted('Tell me about bees.');
  expect(predicted('Tell me about bees in 20 words.')).toBeLessThan(plain / 2);
  expect(predicted('Write a 1500-word article about bees.')).toBeGreaterThan(plain * 2);
});
