import { profileOf } from '../tokens/text-profile.ts';

/** Signs of code that nobody marked as code. */
const CODE_SIGNS =
  /[;{}\\]$|^[{}\])]|[=!<>+-]=|=>|->|::|\w\(|\s=\s|&&|\|\||^(?:import|from|def|class|return|const|let|var|function|public|private|static|package|using|elif|else|try|except|catch|switch|case|print|echo|sudo|cd|npm|pip|git|curl|SELECT|INSERT|UPDATE|DELETE|CREATE|GET|POST|PUT|#|\/\/|--|\$|>>>|@)(?![a-z])/m;

/** Marks of inline code, quotations, tags, formulas, paths and data, in which bytes may matter. */
const GUARDED = /[`"“”„«»‹›「」<>{}[\]|\\$=~^\t]|(?:^|\s)['‘]/;

/**
 * Whether a paragraph is language, not code or data. Where it is in doubt it is not, so that nothing
 * changes: a line with a margin may be code.
 */
export function isProse(paragraph: string): boolean {
  if (/^[ \t]/m.test(paragraph) || CODE_SIGNS.test(paragraph)) return false;
  for (const kind of profileOf(paragraph).keys()) if (!PROSE_KINDS.has(kind)) return false;
  return true;
}

/** Runs of blanks make a paragraph `blank`. */
const PROSE_KINDS: ReadonlySet<string> = new Set(['english', 'latin', 'cjk', 'script', 'blank']);

/** Whether nothing within a paragraph of prose must stay byte for byte. */
export const isPlain = (prose: string): boolean => !GUARDED.test(prose);
