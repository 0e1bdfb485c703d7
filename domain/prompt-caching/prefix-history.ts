import type { CacheLife } from '../gateway/content.ts';

/** The beginning of a prompt, up to the end of its instructions and tools or of one of its turns. */
export type Prefix = {
  /** The same for equal beginnings only. */
  key: string;
  /** From the beginning of the prompt. */
  tokens: number;
};

/** The beginnings of one prompt. */
export type PromptPrefixes = {
  /** Instructions and tools, if there are any. */
  stable: Prefix | undefined;
  /** Up to the end of each turn, the shortest first; the last is the whole prompt. */
  turns: readonly Prefix[];
};

/** What a model's cache costs and takes. */
export type CacheTerms = {
  leastTokens: number;
  lives: readonly CacheLife[];
  /** Prices in parts of the price of a plain input token. */
  readPrice: number;
  writePrice: Record<CacheLife, number>;
};

/** Where to mark a prompt, and how long to keep what comes before. */
export type CacheMark = { at: 'stable' | number; life: CacheLife };

/**
 * Whose part of prompts is judged together: instructions, a conversation's first prompt, and what its
 * later turns add.
 */
type Part = 'stable' | 'first' | 'second' | 'later';

/** A part of prompts that ended there, once cached, and who uses it again. */
type Node = {
  part: Part;
  /** Without what comes before. */
  tokens: number;
  usedAtMs: number;
  /** Until when the provider keeps it, as far as this history marked it. */
  keptUntilMs: number;
  keptLife: CacheLife;
};

const PARTS: readonly Part[] = ['first', 'second'];

type Balances = Record<Part, Record<CacheLife, number>>;

const LIFE_MS: Record<CacheLife, number> = { '5m': 300_000, '1h': 3_600_000 };
const LIVES = ['5m', '1h'] as const;
/** What is older than about a hundred uses hardly counts. */
const REMEMBERED = 0.99;

/** What a route's prompts had in common, and what caching them would have won. */
export type PrefixHistory = ReturnType<typeof createPrefixHistory>;

/**
 * Learns from a route's prompts where marks for the provider's cache pay. For each part of a prompt and
 * each life it keeps a balance, in plain input tokens: what reads of the part save, less what its writes
 * cost more, whether it was marked or not. So nothing must be tried to learn.
 * @param most how many prefixes to remember
 */
export function createPrefixHistory({ most }: { most: number }) {
  const nodes = new Map<string, Node>();
  const balances = emptyBalances();

  function add(part: Part, life: CacheLife, amount: number): void {
    balances[part][life] = balances[part][life] * REMEMBERED + amount;
  }

  function write({ part, tokens }: Node, life: CacheLife, { writePrice }: CacheTerms): void {
    add(part, life, -(writePrice[life] - 1) * tokens);
  }

  function use(key: string, node: Node, nowMs: number, terms: CacheTerms): void {
    const ageMs = nowMs - node.usedAtMs;
    for (const life of LIVES) {
      if (ageMs > LIFE_MS[life]) write(node, life, terms);
      else add(node.part, life, (1 - terms.readPrice) * node.tokens);
    }
    node.usedAtMs = nowMs;
    nodes.delete(key);
    nodes.set(key, node);
  }

  function remember(key: string, node: Node, terms: CacheTerms): Node {
    nodes.set(key, node);
    for (const life of LIVES) write(node, life, terms);
    const [oldest] = nodes.keys();
    if (nodes.size > most && oldest !== undefined) nodes.delete(oldest);
    return node;
  }

  /** The life that a part pays best with, if it pays at all. */
  function lifeOf(part: Part, { lives }: CacheTerms): CacheLife | undefined {
    const [best] = lives.toSorted((left, right) => balances[part][right] - balances[part][left]);
    return best !== undefined && balances[part][best] > 0 ? best : undefined;
  }

  return {
    /**
     * Decides where to mark a prompt, from what is known before it, and learns from it.
     * @returns marks in the order of the prompt, at most two
     */
    marksFor(prompt: PromptPrefixes, nowMs: number, terms: CacheTerms): CacheMark[] {
      const path = pathOf(prompt, terms);
      const candidates: Candidate[] = [];
      let coveredTokens = 0;
      let turns = 0;
      for (const [position, { at, key, tokens }] of path.entries()) {
        const isLast = position === path.length - 1;
        const earlier = nodes.get(key);
        if (!earlier && at !== 'stable' && !isLast) continue;
        const own = at === 'stable' ? 'stable' : (PARTS[turns] ?? 'later');
        const part = earlier?.part ?? own;
        if (earlier) use(key, earlier, nowMs, terms);
        const isKept = earlier !== undefined && earlier.keptUntilMs > nowMs;
        const mayMark = at === 'stable' || isLast;
        const life = isKept ? earlier.keptLife : mayMark ? lifeOf(part, terms) : undefined;
        const node = earlier ?? remember(key, nodeOf(part, tokens - coveredTokens, nowMs), terms);
        if (life !== undefined) candidates.push({ mark: { at, life }, node, isKept });
        coveredTokens = tokens;
        if (at !== 'stable') turns += 1;
      }
      return keepMarks(candidates, nowMs);
    },
  };
}

const nodeOf = (part: Part, tokens: number, nowMs: number): Node => ({
  part,
  tokens,
  usedAtMs: nowMs,
  keptUntilMs: 0,
  keptLife: '5m',
});

type Candidate = { mark: CacheMark; node: Node; isKept: boolean };

const emptyBalances = (): Balances => ({
  stable: { '5m': 0, '1h': 0 },
  first: { '5m': 0, '1h': 0 },
  second: { '5m': 0, '1h': 0 },
  later: { '5m': 0, '1h': 0 },
});

type Step = { at: 'stable' | number; key: string; tokens: number };

/** The beginnings of a prompt that the model would cache. */
function pathOf({ stable, turns }: PromptPrefixes, { leastTokens }: CacheTerms): Step[] {
  const steps: Step[] = [
    ...(stable ? [{ at: 'stable' as const, ...stable }] : []),
    ...turns.map((turn, at) => ({ at, ...turn })),
  ];
  return steps.filter(({ tokens }) => tokens >= leastTokens);
}

/**
 * The marks to set: the instructions, the longest beginning that is kept, and the whole prompt if it
 * pays. What comes later may not be kept longer than what comes before.
 */
function keepMarks(candidates: readonly Candidate[], nowMs: number): CacheMark[] {
  const longestKept = candidates.findLast(({ isKept }) => isKept);
  let longest: CacheLife = '1h';
  return candidates
    .filter((each) => each === longestKept || each.mark.at === 'stable' || !each.isKept)
    .map(({ mark, node }) => {
      const life: CacheLife = longest === '5m' ? '5m' : mark.life;
      longest = life;
      node.keptUntilMs = nowMs + LIFE_MS[life];
      node.keptLife = life;
      return { at: mark.at, life };
    });
}
