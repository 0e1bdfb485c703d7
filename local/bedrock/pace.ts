import { setTimeout as wait } from 'node:timers/promises';

/** Shorter waits are left out: the next one makes up for them. */
const LEAST_WAIT_MS = 5;

/** How fast a model speaks. */
export type Speed = { firstTokenMs: number; tokensPerSecond: number };

/** How long a model of this speed takes for the first `tokens` tokens of an answer. */
export const durationMs = ({ firstTokenMs, tokensPerSecond }: Speed, tokens: number): number =>
  Math.round(firstTokenMs + (tokens / tokensPerSecond) * 1_000);

/** Waits as a model does while it speaks, with its time scaled. */
export class Pace {
  private readonly speed: Speed;
  private readonly scale: number;
  private readonly startMs = performance.now();
  private pausedMs = 0;

  constructor(speed: Speed, scale: number) {
    this.speed = speed;
    this.scale = scale;
  }

  /** Waits until the model has said `tokens` tokens. */
  async reach(tokens: number, signal: AbortSignal): Promise<void> {
    const dueMs = this.startMs + this.pausedMs + durationMs(this.speed, tokens) * this.scale;
    const restMs = dueMs - performance.now();
    if (this.scale > 0 && restMs >= LEAST_WAIT_MS) await this.sleep(restMs, signal);
  }

  /** Waits beside the model's own time, unscaled. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    this.pausedMs += ms;
    await this.sleep(ms, signal);
  }

  /** Ends early if the caller goes away. */
  private async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }
}
