import { createTimeline, type Span, type Timeline } from './reference-periods.ts';
import {
  type Adjusted,
  emptySum,
  leftOf,
  limitIn,
  resetSum,
  type Rule,
  setLimits,
  type Sum,
} from './reference-sums.ts';

/** A session's request may be dated so long before the run that it opened. */
const SLACK_MS = 60_000;
const RUNS_KEPT = 8;

export type ReferenceBudget = ReturnType<typeof createReferenceBudget>;

/** One budget with everything that was ever counted in it. */
export function createReferenceBudget() {
  let rule: Rule | undefined;
  let timeline: Timeline | undefined;
  let rolledUntilMs: number | undefined;
  let runs: number[] = [];
  let adjusted: Adjusted = { overrides: [], rolls: new Map() };
  const sums = new Map<string, Sum>();

  function spanAt(atMs: number): Span {
    if (rule?.scope === 'session') return runAt(runs, atMs, rule);
    if (!timeline) throw new Error('a budget was never set');
    return timeline.at(atMs);
  }

  const inForce = (): Rule => {
    if (!rule) throw new Error('a budget is not set');
    return rule;
  };

  const limitOf = (span: Span, nowMs: number): bigint => limitIn(inForce(), adjusted, span, nowMs);

  function sumAt(atMs: number, nowMs: number): Sum {
    const span = spanAt(atMs);
    const sum = sums.get(span.key) ?? emptySum(inForce(), span, atMs, limitOf(span, nowMs));
    sums.set(span.key, sum);
    return sum;
  }

  /** Puts the limit into force in this period and the next, as far as they are open. */
  function adjust(nowMs: number): void {
    const span = spanAt(nowMs);
    const next = inForce().scope === 'session' ? undefined : timeline?.following(span);
    for (const each of next ? [span, next] : [span]) {
      const sum = sums.get(each.key);
      if (sum) setLimits(sum, limitOf(each, nowMs));
    }
  }

  const isUsed = (key: string): boolean => sums.has(key);

  return {
    get rule(): Rule | undefined {
      return rule;
    },
    sumAt,

    set(next: Rule, nowMs: number): void {
      const before = rule;
      rule = next;
      if (runs.length === 0) runs = [nowMs];
      const isKept = timeline && (before !== undefined || isUsed(timeline.at(nowMs).key));
      if (timeline && isKept) timeline.change(next.calendar, nowMs, isUsed);
      else timeline = createTimeline(next.period, next.calendar, nowMs);
      if (next.capNanoUsd !== undefined && before?.capNanoUsd === undefined) {
        rolledUntilMs = Math.max(rolledUntilMs ?? 0, spanAt(nowMs).startMs);
      }
      adjust(nowMs);
      sumAt(nowMs, nowMs);
    },

    /** Resets, overrides and roll-over go with it. */
    remove(): boolean {
      for (const sum of sums.values()) delete sum.reset;
      const isThere = rule !== undefined;
      [rule, rolledUntilMs] = [undefined, undefined];
      adjusted = { overrides: [], rolls: new Map() };
      return isThere;
    },

    reset(nowMs: number): void {
      const sum = sums.get(spanAt(nowMs).key);
      if (sum) resetSum(sum);
      adjust(nowMs);
    },

    /** Raises the limit until an instant. */
    override(id: string, addNanoUsd: bigint, times: { fromMs: number; untilMs: number }): void {
      adjusted.overrides.push({ id, addNanoUsd, ...times, isOut: false });
      adjust(times.fromMs);
    },

    /** @returns whether it was in force */
    endOverride(id: string, nowMs: number): boolean {
      const { overrides } = adjusted;
      const override = overrides.find((each) => each.id === id);
      if (!override || override.isOut || override.untilMs <= nowMs) return false;
      overrides.splice(overrides.indexOf(override), 1);
      adjust(nowMs);
      return true;
    },

    endOverdue(nowMs: number): void {
      const overdue = adjusted.overrides.filter(({ untilMs, isOut }) => untilMs <= nowMs && !isOut);
      for (const override of overdue) override.isOut = true;
      if (overdue.length > 0) adjust(nowMs);
    },

    /** Moves what each period that is over left into the next one. */
    rollOver(nowMs: number): void {
      if (rule?.capNanoUsd === undefined || rolledUntilMs === undefined || !timeline) return;
      const { rolls } = adjusted;
      for (let from = spanAt(rolledUntilMs); from.endMs <= nowMs; from = spanAt(from.endMs)) {
        const into = timeline.at(from.endMs);
        const sum = sums.get(from.key);
        const own = rule.limitNanoUsd + (rolls.get(from.key) ?? 0n);
        const amount = leftOf(sum, rule, own);
        rolls.set(from.key, (rolls.get(from.key) ?? 0n) - amount);
        rolls.set(into.key, (rolls.get(into.key) ?? 0n) + amount);
        if (sum) sum.limit -= amount;
        const entered = sums.get(into.key);
        if (entered) setLimits(entered, limitOf(into, nowMs));
        rolledUntilMs = from.endMs;
        adjust(nowMs);
      }
    },

    /** Begins another run of a session that was idle for too long. */
    beginRun(atMs: number): void {
      if (rule?.idleMs === undefined) return;
      const span = spanAt(atMs);
      const sum = sums.get(span.key);
      if (!sum || sum.reserved > 0n || Number.isFinite(span.endMs)) return;
      if (atMs < (sum.usedMs ?? span.startMs) + rule.idleMs) return;
      runs = [...runs, atMs].slice(-RUNS_KEPT);
    },

    /** Every period that can be read. */
    sums: (): Sum[] =>
      [...sums.values()].filter(
        ({ key, atMs }) => rule?.scope === 'session' || spanAt(atMs).key === key,
      ),
  };
}

/** The run of a session that an instant falls in, named by its beginning. */
function runAt(runs: readonly number[], atMs: number, { calendar }: Rule): Span {
  const place = Math.max(
    0,
    runs.findLastIndex((beginMs) => beginMs - SLACK_MS <= atMs),
  );
  const startMs = runs[place] ?? atMs;
  const endMs = runs[place + 1] ?? Infinity;
  return { key: new Date(startMs).toISOString(), startMs, endMs, ownEndMs: endMs, calendar };
}
