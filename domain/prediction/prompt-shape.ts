import type { ContentKind } from '../tokens/content-kind.ts';
import { profileOf } from '../tokens/text-profile.ts';
import { lengthInstructionOf } from './length-instruction.ts';

/** What a request's text says about its answer. Never contains the text itself. */
export type PromptShape = {
  /** Number of messages, at most 15. */
  turns: number;
  language: (typeof LANGUAGES)[number];
  /** What the text contains and what it asks for. */
  signs: Record<Sign, boolean>;
  /**
   * How many tokens the text asks the answer to have, to a sixth of an octave; 0 if it does not.
   */
  lengthTokens: number;
  lengthSense: (typeof SENSES)[number];
};

const LANGUAGES = ['english', 'latin', 'cjk', 'other'] as const;
const SENSES = ['about', 'at-most', 'at-least'] as const;
const MOST_TURNS = 15;
const STEPS_PER_OCTAVE = 6;
const MOST_STEPS = 127;

/**
 * Instructions are at the beginning or the end, so only this much of each is read, however long a
 * prompt is.
 */
const READ_UNITS = 1_200;

const ASKED = {
  isQuestion:
    /\?|^\s*(?:what|why|how|who|when|where|which|is|are|can|could|do|does|was|wie|was|warum|qué|cómo|quel|pourquoi)\b/iu,
  asksList:
    /\b(?:list|bullets?|bullet points?|steps|step[- ]by[- ]step|enumerate|outline|top \d+|ideas|examples|suggestions)\b/iu,
  asksTable: /\b(?:table|csv|spreadsheet|columns)\b/iu,
  asksJson: /\b(?:json|yaml|xml)\b/iu,
  asksCode:
    /\b(?:write|create|implement|give|show|make|generate|fix|refactor|code|build)\b[^.\n]{0,60}\b(?:code|function|script|program|class|query|app|regex|macro|component|api|sql|python|javascript|html)\b/iu,
  asksShort:
    /\b(?:briefly|brief|concise|concisely|short|shortly|succinct|tl;?dr|yes or no|only (?:the|with|answer|output|return)|no explanations?|just (?:the|answer|give)|kurz|breve|brièvement)\b/iu,
  asksDetail:
    /\b(?:detailed|in detail|details|comprehensive|thorough|thoroughly|in[- ]depth|elaborate|extensive|essay|article|story|chapter|report|blog|ausführlich|detallado|détaillé)\b/iu,
} as const;

type Sign = keyof typeof ASKED | 'holdsCode' | 'holdsData';

/** All signs, in bit order. */
export const SIGNS = [
  ...(Object.keys(ASKED) as (keyof typeof ASKED)[]),
  'holdsCode',
  'holdsData',
] as const;

type Message = { role: string; text: string };

/**
 * The shape of a request's text: the number of messages, and the beginning and end of the caller's
 * last one. @returns `undefined` without a text
 */
export function shapeOf(messages: readonly Message[]): PromptShape | undefined {
  const question = messages.findLast(({ role }) => role === 'user') ?? messages.at(-1);
  if (!question || question.text.trim() === '') return undefined;
  const text = endsOf(question.text);
  const kinds = new Set(profileOf(text).keys());
  const has = (...candidates: ContentKind[]): boolean => candidates.some((kind) => kinds.has(kind));
  const length = lengthInstructionOf(text);
  const isAsked = Object.entries(ASKED).map(([name, sign]) => [name, sign.test(text)]);
  return {
    turns: Math.min(MOST_TURNS, messages.length),
    language: has('cjk')
      ? 'cjk'
      : has('script')
        ? 'other'
        : has('latin') && !has('english')
          ? 'latin'
          : 'english',
    signs: {
      ...Object.fromEntries(isAsked),
      holdsCode: has('code') || text.includes('```'),
      holdsData: has('json', 'markup', 'dense'),
    },
    lengthTokens: length ? tokensOfStep(stepOf(length.tokens)) : 0,
    lengthSense: length?.sense ?? 'about',
  };
}

/** Packs a shape into one small integer, for storage with the request. */
export function packShape(shape: PromptShape): number {
  const bits = SIGNS.reduce((sum, sign, bit) => sum + (shape.signs[sign] ? 2 ** bit : 0), 0);
  const digits = [
    [SENSES.indexOf(shape.lengthSense), SENSES.length],
    [shape.lengthTokens === 0 ? 0 : stepOf(shape.lengthTokens), MOST_STEPS + 1],
    [LANGUAGES.indexOf(shape.language), LANGUAGES.length],
    [shape.turns, MOST_TURNS + 1],
    [bits, 2 ** SIGNS.length],
  ] as const;
  return digits.reduce((packed, [digit, base]) => packed * base + digit, 0);
}

/** The inverse of `packShape`. */
export function parseShape(packed: number): PromptShape {
  let left = packed;
  const digit = (base: number): number => {
    const value = left % base;
    left = Math.floor(left / base);
    return value;
  };
  const bits = digit(2 ** SIGNS.length);
  const turns = digit(MOST_TURNS + 1);
  const language = LANGUAGES[digit(LANGUAGES.length)] ?? 'other';
  const step = digit(MOST_STEPS + 1);
  return {
    turns,
    language,
    signs: Object.fromEntries(
      SIGNS.map((sign, bit) => [sign, (bits & (2 ** bit)) > 0]),
    ) as PromptShape['signs'],
    lengthTokens: step === 0 ? 0 : tokensOfStep(step),
    lengthSense: SENSES[digit(SENSES.length)] ?? 'about',
  };
}

/** Steps start at 1; 0 means no length. */
const stepOf = (tokens: number): number =>
  Math.min(MOST_STEPS, 1 + Math.round(Math.log2(Math.max(1, tokens)) * STEPS_PER_OCTAVE));

const tokensOfStep = (step: number): number => Math.round(2 ** ((step - 1) / STEPS_PER_OCTAVE));

const endsOf = (text: string): string =>
  text.length <= 2 * READ_UNITS ? text : `${text.slice(0, READ_UNITS)}\n${text.slice(-READ_UNITS)}`;
