import { lastText, type ModelCall } from './model-call.ts';
import { choose, drawOf } from './seeded-choice.ts';
import { cutTokens } from './tokens.ts';

type Phrase = (subject: string, other: string) => string;

const PHRASES: readonly [Phrase, ...Phrase[]] = [
  (subject) => `The first thing to look at is ${subject}.`,
  (subject, other) => `Compare ${subject} with ${other} before you decide.`,
  (subject) => `In most cases ${subject} explains the difference.`,
  (subject, other) => `If ${subject} changes, check ${other} again.`,
  (subject) => `Keep ${subject} as simple as it can be.`,
  (subject, other) => `What matters for ${subject} also holds for ${other}.`,
];
const LEAST_SENTENCES = 2;
const MOST_SENTENCES = 6;
const QUOTED_TOKENS = 12;
/** Every sentence has more. */
const LEAST_SENTENCE_TOKENS = 5;

/**
 * A few sentences about the last message. The same call and seed always get the same ones.
 * @param tokens makes the text exactly this long
 */
export function defaultText(call: ModelCall, seed: string, tokens?: number): string {
  const message = lastText(call).replaceAll(/\s+/g, ' ').trim();
  const [first = 'the input', ...others] = subjectsOf(message);
  const subjects: [string, ...string[]] = [first, ...others];
  const opening =
    message === ''
      ? 'Here is what follows from the input.'
      : `You wrote: "${cutTokens(message, QUOTED_TOKENS).trim()}".`;
  const sentence = (position: number): string => {
    const phrase = choose(PHRASES, `${seed} phrase ${position}`);
    const subject = choose(subjects, `${seed} subject ${position}`);
    const rest = subjects.filter((other) => other !== subject);
    return phrase(subject, choose([rest[0] ?? 'the rest', ...rest], `${seed} other ${position}`));
  };
  const count =
    tokens === undefined
      ? LEAST_SENTENCES +
        Math.floor(drawOf(`${seed} length`) * (MOST_SENTENCES - LEAST_SENTENCES + 1))
      : Math.ceil(tokens / LEAST_SENTENCE_TOKENS);
  const text = [opening, ...Array.from({ length: count }, (_, at) => sentence(at))].join(' ');
  return tokens === undefined ? text : cutTokens(text, tokens);
}

/** The longer words of a message, each once. */
const subjectsOf = (message: string): string[] => [
  ...new Set(
    message
      .toLowerCase()
      .match(/\p{L}{5,20}/gu)
      ?.slice(0, 40),
  ),
];
