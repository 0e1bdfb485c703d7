const MAX_DEPTH = 64;

/** Why a text was refused: the problem and its field (`body` for the whole text). */
export class JsonRefusal extends Error {
  override name = 'JsonRefusal';
  readonly field: string;

  constructor(message: string, field = 'body') {
    super(message);
    this.field = field;
  }
}

/**
 * Parses JSON strictly as I-JSON (RFC 7493). Refuses duplicate names, because parsers disagree on
 * which one counts; `__proto__`, which JavaScript treats specially; and nesting beyond 64 levels.
 * @throws JsonRefusal
 */
export function parseJson(text: string): unknown {
  const { names, depth } = measure(text);
  if (depth > MAX_DEPTH) throw new JsonRefusal(`is nested deeper than ${MAX_DEPTH} levels`);
  const value = parsed(text);
  if (countNames(value) < names) throw new JsonRefusal('repeats a field in one object');
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonRefusal('is not JSON in UTF-8');
  }
}

/** Counts colons outside strings and the deepest nesting. Correct for any valid JSON text. */
function measure(text: string): { names: number; depth: number } {
  let names = 0;
  let level = 0;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === ':') names += 1;
    else if (character === '{' || character === '[') depth = Math.max(depth, (level += 1));
    else if (character === '}' || character === ']') level -= 1;
  }
  return { names, depth };
}

function countNames(value: unknown, path = ''): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = 0;
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) names += countNames(inner, `${path}[${index}]`);
    return names;
  }
  for (const [name, inner] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`;
    if (name === '__proto__') throw new JsonRefusal('is not a known field', field);
    names += 1 + countNames(inner, field);
  }
  return names;
}
