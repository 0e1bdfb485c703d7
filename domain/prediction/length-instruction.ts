/** The length that a prompt asks for. */
export type LengthInstruction = { tokens: number; sense: 'at-most' | 'about' | 'at-least' };

/** Tokens per unit of English prose, and tokens per short list item. */
const TOKENS_OF_UNIT: readonly (readonly [RegExp, number])[] = [
  [/^(?:words?|wörtern?|worten?|palabras?|mots?|parole)$/, 1.35],
  [/^(?:sentences?|sätzen?|satz|frases?|phrases?|oraciones)$/, 28],
  [/^(?:paragraphs?|absätzen?|absatz|párrafos?|paragraphes?)$/, 110],
  [/^(?:pages?|seiten?|páginas?)$/, 600],
  [/^(?:characters?|letters|chars|zeichen|caracteres|caractères)$/, 0.25],
  [/^tokens?$/, 1],
  [/^lines?$/, 14],
  [/^(?:bullets?|points?|items?)$/, 30],
];

const NUMBERS = new Map(
  Object.entries({ a: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7 }).concat(
    Object.entries({ eight: 8, nine: 9, ten: 10, twelve: 12, single: 1, few: 3, couple: 2 }),
  ),
);

const NUMBER = String.raw`\d[\d,]{0,5}|a single|a few|a couple of|one|two|three|four|five|six|seven|eight|nine|ten|twelve`;
const UNIT = String.raw`words?|wörtern?|worten?|palabras?|mots?|parole|sentences?|sätzen?|satz|frases?|phrases?|oraciones|paragraphs?|absätzen?|absatz|párrafos?|paragraphes?|pages?|seiten?|páginas?|characters?|letters|chars|zeichen|caracteres|caractères|tokens?|lines?|bullets?|points?|items?`;

/** A number and a unit. The text around them decides whether they describe the answer. */
const AMOUNT = new RegExp(
  String.raw`(?<![\w.])(?<number>${NUMBER})(?:\s?(?:-|–|to|or|and)\s?(?<second>${NUMBER}))?(?<joint>-|\s)(?:(?:short|brief|concise|full|simple|bullet|key|main)\s)?(?<unit>${UNIT})(?![\w-])`,
  'giu',
);

const AT_MOST =
  /\b(?:most|under|below|less than|fewer than|more than|maximum|max|up to|within|exceed(?:ing)?|limit\w*|only|shorter than|höchstens|maximal|máximo|maximum de)\b[^.]{0,14}$/iu;
const AT_LEAST =
  /\b(?:at least|minimum|no less than|not less than|longer than|mindestens|al menos|au moins)\b[^.]{0,10}$/iu;
const ABOUT =
  /\b(?:in|about|around|approximately|roughly|exactly|range of|between|of|using|with|write|as|to|in etwa|ungefähr|en|environ)\s+(?:a |an |the |about |around |exactly |approximately |just |etwa )?$/iu;
const ANSWER =
  /\b(?:in|into|write|keep|limit|answer|respond|response|reply|summari[sz]e|summary|describe|explain|essay|article|story|paragraph|description|output|compose|generate|give|provide|draft|list|post|maximum|max|under|within|at least|at most|less than|more than|fasse|schreibe|antworte|resume|escribe|résume)\b/iu;
const BEHIND =
  /^\s?(?:or (?:less|fewer|so|more)|max(?:imum)?|long|limit|at most|minimum|in length|essay|article|story|summary|poem|paragraph|description)\b/iu;

const SENTENCE_END = /[.!?\n]/u;
const UNITS_BEFORE = 48;
const UNITS_BEHIND = 16;
/** Stop after this many numbers; a text full of figures need not be read to its end. */
const MOST_AMOUNTS = 12;

/**
 * The first explicit length instruction in a text: "in 50 words", "one or two sentences", "a
 * 1500-word article". Ignores amounts that do not describe the answer ("the first two pages").
 */
export function lengthInstructionOf(text: string): LengthInstruction | undefined {
  let looked = 0;
  for (const { 0: amount, index, groups = {} } of text.matchAll(AMOUNT)) {
    if ((looked += 1) > MOST_AMOUNTS) return undefined;
    const { number = '', second, joint, unit = '' } = groups;
    const before =
      text
        .slice(Math.max(0, index - UNITS_BEFORE), index)
        .split(SENTENCE_END)
        .at(-1) ?? '';
    const behind = text.slice(index + amount.length, index + amount.length + UNITS_BEHIND);
    const isTold = ABOUT.test(before) || AT_MOST.test(before) || AT_LEAST.test(before);
    const isMeant = BEHIND.test(behind) || (ANSWER.test(before) && (isTold || joint === '-'));
    const perUnit = TOKENS_OF_UNIT.find(([name]) => name.test(unit.toLowerCase()))?.[1];
    const count = ((amountOf(number) ?? 0) + (amountOf(second ?? number) ?? 0)) / 2;
    if (!isMeant || perUnit === undefined || count <= 0) continue;
    return { tokens: Math.max(1, Math.round(count * perUnit)), sense: senseOf(before, behind) };
  }
  return undefined;
}

function senseOf(before: string, behind: string): LengthInstruction['sense'] {
  if (AT_LEAST.test(before) || /^\s?(?:or more|minimum)/iu.test(behind)) return 'at-least';
  const isMost =
    AT_MOST.test(before) || /^\s?(?:or (?:less|fewer)|max|limit|at most)/iu.test(behind);
  return isMost ? 'at-most' : 'about';
}

function amountOf(text: string): number | undefined {
  const digits = text.replaceAll(',', '');
  if (/^\d/.test(digits)) return Number(digits);
  return NUMBERS.get(
    text
      .toLowerCase()
      .replace(/^a | of$/g, '')
      .trim(),
  );
}
