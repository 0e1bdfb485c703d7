/** A kind of small mistake. */
export type Operator =
  | 'boundary'
  | 'condition'
  | 'arithmetic'
  | 'constant'
  | 'string'
  | 'call'
  | 'element'
  | 'member'
  | 'logic'
  | 'fallback'
  | 'return';

/** A range of a source text, in UTF-16 units. */
export type Range = { start: number; end: number };

/**
 * A place that can be changed in small ways. One of the `alternatives` replaces the text at
 * `replaced`; evaluating the expression at `probed` shows that a test reaches the place.
 */
export type MutationPoint = {
  file: string;
  operator: Operator;
  replaced: Range;
  alternatives: readonly string[];
  probed: Range & { shorthand?: boolean };
};

/**
 * A point with its chosen change; `id` counts from 1 within a run. `original` is the text that the
 * replacement takes the place of.
 */
export type Mutant = Omit<MutationPoint, 'alternatives'> & {
  id: number;
  seed: number;
  line: number;
  original: string;
  replacement: string;
};

/** The source text with one mutant applied. */
export const mutated = (source: string, { replaced, replacement }: Mutant): string =>
  source.slice(0, replaced.start) + replacement + source.slice(replaced.end);

/**
 * The source text with a call of `globalThis.purserMutantReached` before each mutant's expression,
 * which does not change the program's behavior.
 */
export function withProbes(source: string, mutants: readonly Mutant[]): string {
  const insertions = mutants.flatMap(({ id, probed: { start, end, shorthand } }) => {
    const name = shorthand ? `${source.slice(start, end)}:` : '';
    const length = end - start;
    return [
      {
        at: start,
        order: -length,
        text: `${name}(globalThis.purserMutantReached?.(${id}),(`,
        opens: 1,
      },
      { at: end, order: length, text: '))', opens: 0 },
    ];
  });
  // At the same place, closing ones come first; of several opening ones, the longest is outermost.
  insertions.sort((a, b) => a.at - b.at || a.opens - b.opens || a.order - b.order);
  let text = '';
  let done = 0;
  for (const { at, text: inserted } of insertions) {
    text += source.slice(done, at) + inserted;
    done = at;
  }
  return text + source.slice(done);
}
