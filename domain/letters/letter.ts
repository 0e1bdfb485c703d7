/** A line of the table in a message; `share` is the length of its bar in thousandths. */
export type LetterRow = { name: string; value: string; share?: number | undefined };

/**
 * What a message to people says, in this order: what happened, what Purser did, what to do.
 * Channels with tables show `rows` as one, the others as lines.
 */
export type Letter = {
  happened: string;
  did?: string | undefined;
  rows?: LetterRow[] | undefined;
  todo?: string[] | undefined;
  /** The last words, such as how many rows are left out. */
  note?: string[] | undefined;
};

/** A mail with both forms of its text. */
export type EmailMessage = { subject: string; text: string; html: string };

/** Longer names would push the values of all rows to the right. */
const WIDEST_NAME = 32;

/** The words of a letter as plain text, for `body` of an alert. */
export const written = (letter: Letter): { body: string; letter: Letter } => ({
  body: textOfLetter(letter),
  letter,
});

/** A letter as plain text, its parts separated by empty lines. */
export function textOfLetter({ happened, did, rows = [], todo = [], note = [] }: Letter): string {
  return [[happened, ...(did === undefined ? [] : [did])], rowLines(rows), stepLines(todo), note]
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** What to do, one line a step. */
export const stepLines = (todo: readonly string[]): string[] =>
  todo.length === 0 ? [] : ['What to do', ...todo.map((step) => `- ${step}`)];

function rowLines(rows: readonly LetterRow[]): string[] {
  const width = Math.min(WIDEST_NAME, Math.max(0, ...rows.map(({ name }) => name.length)));
  return rows.map(({ name, value }) => `${`${name}:`.padEnd(width + 1)}  ${value}`);
}

/** How long a bar is in thousandths, at most full. */
export function shareOf(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) return 0;
  return part >= whole ? 1_000 : Number((part * 1_000n) / whole);
}

/** How much a part is of a whole, as people write it: `80 %`, `120 %`, `0.5 %`. */
export function percentText(part: bigint, whole: bigint): string {
  if (whole <= 0n) return '100 %';
  const tenths = (part * 1_000n) / whole;
  return tenths < 100n && tenths % 10n !== 0n
    ? `${tenths / 10n}.${tenths % 10n} %`
    : `${tenths / 10n} %`;
}
