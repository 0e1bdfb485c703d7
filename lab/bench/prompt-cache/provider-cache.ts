import type { CacheLife } from '../../../domain/gateway/content.ts';
import type {
  CacheMark,
  CacheTerms,
  PromptPrefixes,
} from '../../../domain/prompt-caching/prefix-history.ts';

const LIFE_MS: Record<CacheLife, number> = { '5m': 300_000, '1h': 3_600_000 };
/** A mark finds entries that end up to this many parts before it. */
const LOOK_BACK = 20;

/** What a prompt used, in tokens. */
export type PromptUse = { plain: number; read: number; written: Record<CacheLife, number> };

/**
 * A provider's cache as Anthropic documents it: a prompt reads the longest entry that lives and ends at
 * a mark or shortly before it, and writes the rest up to its last mark.
 */
export function createProviderCache({ leastTokens }: CacheTerms) {
  const entries = new Map<string, { untilMs: number; life: CacheLife }>();
  return (prompt: PromptPrefixes, marks: readonly CacheMark[], nowMs: number): PromptUse => {
    const whole = prompt.turns.at(-1)?.tokens ?? 0;
    const places = [
      ...(prompt.stable ? [{ at: 'stable' as const, ...prompt.stable }] : []),
      ...prompt.turns.map((turn, at) => ({ at, ...turn })),
    ].filter(({ tokens }) => tokens >= leastTokens);
    const marked = marks.flatMap(({ at, life }) => {
      const position = places.findIndex((place) => place.at === at);
      return position < 0 ? [] : [{ position, life }];
    });
    const last = marked.at(-1);
    const written = { '5m': 0, '1h': 0 };
    if (!last) return { plain: whole, read: 0, written };
    const isNear = (position: number): boolean =>
      marked.some((mark) => position <= mark.position && mark.position - position <= LOOK_BACK);
    const hit = places.findLastIndex(
      ({ key }, position) => isNear(position) && (entries.get(key)?.untilMs ?? 0) > nowMs,
    );
    const read = places[hit]?.tokens ?? 0;
    let covered = read;
    for (const { position, life } of marked) {
      const { key = '', tokens = 0 } = places[position] ?? {};
      written[life] += Math.max(0, tokens - covered);
      covered = Math.max(covered, tokens);
      entries.set(key, { untilMs: nowMs + LIFE_MS[life], life });
    }
    const entry = entries.get(places[hit]?.key ?? '');
    if (entry) entry.untilMs = nowMs + LIFE_MS[entry.life];
    return { plain: whole - covered, read, written };
  };
}

/** What a use costs, in plain input tokens. */
export const costOfUse = (
  { plain, read, written }: PromptUse,
  { readPrice, writePrice }: CacheTerms,
): number =>
  plain + read * readPrice + written['5m'] * writePrice['5m'] + written['1h'] * writePrice['1h'];
