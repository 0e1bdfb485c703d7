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

/** One budget with everything that was ever counted in it. */
export class ReferenceBudget {
  /** As it was set last; `undefined` after it was removed. */
  rule: Rule | undefined;
  private timeline: Timeline | undefined;
  private rolledUntilMs: number | undefined;
  private runs: number[] = [];
  private adjusted: Adjusted = { overrides: [], rolls: new Map() };
  private readonly sumsByKey = new Map<string, Sum>();

  set(next: Rule, nowMs: number): void {
    const { rule: before, timeline } = this;
    this.rule = next;
    if (this.runs.length === 0) this.runs = [nowMs];
    const isUsed = (key: string): boolean => this.sumsByKey.has(key);
    const isKept = timeline && (before !== undefined || isUsed(timeline.at(nowMs).key));
    if (timeline && isKept) timeline.change(next.calendar, nowMs, isUsed);
    else this.timeline = createTimeline(next.period, next.calendar, nowMs);
    if (next.capNanoUsd !== undefined && before?.capNanoUsd === undefined) {
      this.rolledUntilMs = Math.max(this.rolledUntilMs ?? 0, this.spanAt(nowMs).startMs);
    }
    this.adjust(nowMs);
    this.sumAt(nowMs, nowMs);
  }

  /** Resets, overrides and roll-over go with it. @returns whether it was set */
  remove(): boolean {
    for (const sum of this.sumsByKey.values()) delete sum.reset;
    const isThere = this.rule !== undefined;
    this.rule = undefined;
    this.rolledUntilMs = undefined;
    this.adjusted = { overrides: [], rolls: new Map() };
    return isThere;
  }

  /** The period that holds an instant, opened if nothing had happened in it. */
  sumAt(atMs: number, nowMs: number): Sum {
    const span = this.spanAt(atMs);
    const limit = this.limitOf(span, nowMs);
    const sum = this.sumsByKey.get(span.key) ?? emptySum(this.ruleInForce(), span, atMs, limit);
    this.sumsByKey.set(span.key, sum);
    return sum;
  }

  /** Every period that can be read. */
  sums(): Sum[] {
    return [...this.sumsByKey.values()].filter(
      ({ key, atMs }) => this.rule?.scope === 'session' || this.spanAt(atMs).key === key,
    );
  }

  reset(nowMs: number): void {
    const sum = this.sumsByKey.get(this.spanAt(nowMs).key);
    if (sum) resetSum(sum);
    this.adjust(nowMs);
  }

  /** Raises the limit until an instant. */
  override(id: string, addNanoUsd: bigint, times: { fromMs: number; untilMs: number }): void {
    this.adjusted.overrides.push({ id, addNanoUsd, ...times, isOut: false });
    this.adjust(times.fromMs);
  }

  /** @returns whether it was in force */
  endOverride(id: string, nowMs: number): boolean {
    const { overrides } = this.adjusted;
    const override = overrides.find((each) => each.id === id);
    if (!override || override.isOut || override.untilMs <= nowMs) return false;
    overrides.splice(overrides.indexOf(override), 1);
    this.adjust(nowMs);
    return true;
  }

  endOverdue(nowMs: number): void {
    const overdue = this.adjusted.overrides.filter(
      ({ untilMs, isOut }) => untilMs <= nowMs && !isOut,
    );
    for (const override of overdue) override.isOut = true;
    if (overdue.length > 0) this.adjust(nowMs);
  }

  /** Moves what each period that is over left into the next one. */
  rollOver(nowMs: number): void {
    const { rule, rolledUntilMs, timeline, sumsByKey } = this;
    if (rule?.capNanoUsd === undefined || rolledUntilMs === undefined || !timeline) return;
    const { rolls } = this.adjusted;
    const rolled = (key: string): bigint => rolls.get(key) ?? 0n;
    let from = timeline.at(rolledUntilMs);
    while (from.endMs <= nowMs) {
      const into = timeline.at(from.endMs);
      const sum = sumsByKey.get(from.key);
      const amount = leftOf(sum, rule, rule.limitNanoUsd + rolled(from.key));
      rolls.set(from.key, rolled(from.key) - amount);
      rolls.set(into.key, rolled(into.key) + amount);
      if (sum) sum.limit -= amount;
      const entered = sumsByKey.get(into.key);
      if (entered) setLimits(entered, this.limitOf(into, nowMs));
      this.rolledUntilMs = from.endMs;
      this.adjust(nowMs);
      from = into;
    }
  }

  /** Begins another run of a session that was idle for too long. */
  beginRun(atMs: number): void {
    if (this.rule?.idleMs === undefined) return;
    const span = this.spanAt(atMs);
    const sum = this.sumsByKey.get(span.key);
    if (!sum || sum.reserved > 0n || Number.isFinite(span.endMs)) return;
    if (atMs < (sum.usedMs ?? span.startMs) + this.rule.idleMs) return;
    this.runs = [...this.runs, atMs].slice(-RUNS_KEPT);
  }

  private spanAt(atMs: number): Span {
    if (this.rule?.scope === 'session') return runAt(this.runs, atMs, this.rule);
    if (!this.timeline) throw new Error('a budget was never set');
    return this.timeline.at(atMs);
  }

  private ruleInForce(): Rule {
    if (!this.rule) throw new Error('a budget is not set');
    return this.rule;
  }

  private limitOf(span: Span, nowMs: number): bigint {
    return limitIn(this.ruleInForce(), this.adjusted, span, nowMs);
  }

  /** Puts the limit into force in this period and the next, as far as they are open. */
  private adjust(nowMs: number): void {
    const span = this.spanAt(nowMs);
    const isSession = this.rule?.scope === 'session';
    const next = isSession ? undefined : this.timeline?.following(span);
    for (const each of next ? [span, next] : [span]) {
      const sum = this.sumsByKey.get(each.key);
      if (sum) setLimits(sum, this.limitOf(each, nowMs));
    }
  }
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
