import * as fc from 'fast-check';

/** A part of a prompt. `kept` must be in the result byte for byte, as often and in the same order. */
export type Part = { text: string; kept?: string };

const INSTRUCTION = 'Always answer in one short and polite sentence.';
const PROSE =
  'The hotel stands on a hill above the old harbor. Its guests like the garden, the quiet rooms and the long breakfast on the terrace. In winter the owners close the upper floor, heat the library and invite the people of the town to read there. Nobody pays for it, and many of them come every week.';

const code = fc
  .array(fc.constantFrom('let a  =  1;', '', '  ', 'x\t=  y', 'if a:  ', '    return  b', '"q'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((lines) => lines.join('\n'));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
const words = fc.constantFrom(
  'guest',
  'the  room',
  'sea',
  'a   view',
  'Please',
  'of',
  '早餐',
  'été',
);
const sentence = fc
  .array(words, { minLength: 2, maxLength: 9 })
  .map((list) => `${list.join(' ')}.`);

const kept = (text: string): Part => ({ text, kept: text });

/** Parts that no rule may change. */
const protectedPart = fc.oneof(
  code.map((body) => kept(`\`\`\`js\n${body}\n\`\`\``)),
  code.map((body) => kept(`~~~~\n${body}\n~~~~`)),
  fc
    .tuple(words, number)
    .map(([word, value]) => kept(`| ${word} |  n |\n| --- | --- |\n| a  | ${value} |`)),
  fc.tuple(words, number).map(([word, value]) => kept(`1. first  ${word}\n2. then   ${value}`)),
  fc.tuple(words, number).map(([word, value]) => kept(`- ${word}  \n  - ${value}   x`)),
  words.map((word) => kept(`> He said:  ${word}`)),
  fc.tuple(words, number).map(([word, value]) => kept(`<row  id="${value}">${word}  </row>`)),
  fc.json({ maxDepth: 3 }).map((json) => kept(`{"data":  ${json.replaceAll('\n', '')}}`)),
  words.map((word) => kept(`Run \`npm  ${word}\` and see "the  ${word}" there.`)),
  number.map((value) => kept(`See https://example.com/a?b=${value}  and  [x](y  z).`)),
  fc.constant(kept('def f(x):\n    y = x  \n    return  y')),
);

const loosePart: fc.Arbitrary<Part> = fc.oneof(
  sentence.map((text) => ({ text })),
  fc.constantFrom(
    { text: INSTRUCTION },
    { text: PROSE },
    { text: 'Thank you very much for your help!' },
    { text: `${INSTRUCTION} What is open today?` },
  ),
);

/** Prompts of parts with any number of blank lines between them. */
export const prompts = fc
  .array(fc.tuple(fc.oneof(protectedPart, loosePart), fc.integer({ min: 2, max: 5 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => ({
    text: parts.map(([part, gap]) => part.text + '\n'.repeat(gap)).join(''),
    kept: parts.flatMap(([part]) => part.kept ?? []),
  }));

const MARKS = [
  '```',
  '~~~',
  '`',
  '"',
  '“',
  '”',
  '<a>',
  '</a>',
  '|',
  '- ',
  '1. ',
  '> ',
  '#',
  '\n',
  '\r\n',
  '\n\n\n',
  '  ',
  '   ',
  '\t',
  'word',
  INSTRUCTION,
  PROSE,
  'Thanks in advance!',
  '---',
  '{',
  '}',
];

/** Any text out of the marks that have a meaning to Markdown and to the rules. */
export const wildTexts = fc
  .array(fc.constantFrom(...MARKS), { maxLength: 60 })
  .map((parts) => parts.join(''));
