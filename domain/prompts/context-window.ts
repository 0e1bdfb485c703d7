import { conversationOf } from './turn-units.ts';

/** How the middle of a conversation that is too long goes. */
export const WINDOW_STRATEGIES = ['drop'] as const;
export type WindowStrategy = (typeof WINDOW_STRATEGIES)[number];

export type WindowTerms = {
  /** Tokens of each message. */
  sizes: readonly number[];
  /** Tokens of what is no message: instructions, tools. */
  fixedTokens: number;
  maxInputTokens: number;
  /** Positions of messages that stay, with everything that belongs to them. */
  pinned?: ReadonlySet<number> | undefined;
};

/**
 * `ok: false`: what must stay has `leastTokens` already. `dropped` are positions, in order.
 */
export type Window =
  { ok: true; dropped: readonly number[]; tokens: number } | { ok: false; leastTokens: number };

/** What is dropped beyond need is at most this part of the budget. */
const PARTS = 4;

/**
 * Chooses what of a conversation a model still gets, if all of it has more tokens than it may. System
 * messages, pinned ones and the last exchange stay. What goes is the oldest: whole exchanges, then steps
 * of the last exchange but its last one, each with its tool calls and their results. So the rest is a
 * conversation that every provider takes.
 *
 * More goes than has to, up to a multiple of a quarter of the budget. The beginning then stays the same
 * for several turns, and providers find it in their caches.
 */
export function windowOf(
  turns: readonly unknown[],
  { sizes, fixedTokens, maxInputTokens, pinned = new Set() }: WindowTerms,
): Window {
  const size = (positions: readonly number[]): number =>
    positions.reduce((sum, at) => sum + (sizes[at] ?? 0), 0);
  const total = fixedTokens + size([...turns.keys()]);
  const excess = total - maxInputTokens;
  if (excess <= 0) return { ok: true, dropped: [], tokens: total };
  const quarter = Math.max(1, Math.floor(maxInputTokens / PARTS));
  const target = Math.ceil(excess / quarter) * quarter;
  const dropped: number[] = [];
  let droppedTokens = 0;
  for (const unit of unitsToDrop(turns, pinned)) {
    if (droppedTokens >= target) break;
    dropped.push(...unit);
    droppedTokens += size(unit);
  }
  const tokens = total - droppedTokens;
  return droppedTokens < excess
    ? { ok: false, leastTokens: tokens }
    : { ok: true, dropped: dropped.toSorted((one, other) => one - other), tokens };
}

/** What may go, the oldest first. */
function unitsToDrop(turns: readonly unknown[], pinned: ReadonlySet<number>): number[][] {
  const { exchanges } = conversationOf(turns);
  const last = exchanges.at(-1);
  const units = [
    ...exchanges.slice(0, -1).map(({ opening, steps }) => [...opening, ...steps.flat()]),
    ...(last?.steps.slice(0, -1).map((step) => [...step]) ?? []),
  ];
  return units.filter((unit) => !unit.some((at) => pinned.has(at)));
}
