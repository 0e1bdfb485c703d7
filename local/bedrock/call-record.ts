import type { FaultKind } from './fault.ts';
import type { Json } from './json.ts';
import type { Api } from './model-call.ts';

/**
 * How a call ended: with an answer, a refusal, a stream that broke off, or a caller who went away
 * before the end.
 */
export type Outcome = 'answered' | 'refused' | 'broken' | 'abandoned';

/** One call as the stand-in saw it. */
export type CallEntry = {
  number: number;
  /** On the local run's clock. */
  at: string;
  path: string;
  api?: Api;
  model?: string;
  region?: string;
  streams?: boolean;
  /** The request's headers of Bedrock, Anthropic and tracing. */
  headers: Record<string, string>;
  /** The parsed body, if it is short. */
  body?: Json;
  /** The maximum that the caller set. */
  maxTokens?: number | undefined;
  status?: number;
  outcome?: Outcome;
  fault?: FaultKind;
  message?: string;
  /** What the answer used. `wasTold`: whether the caller was told. */
  usage?: {
    inputTokens: number;
    outputTokens: number;
    cacheReadTokens: number;
    cacheWriteTokens: number;
    wasTold: boolean;
  };
};

const MOST_ENTRIES = 5_000;
const LONGEST_BODY = 16 * 1024;
const KEPT_HEADER =
  /^(?:x-amzn-bedrock-|anthropic-|x-bedrock-region|traceparent|x-amzn-trace-id|user-agent)/;

/** The calls since the start or the last clearing, the oldest first, as many as fit. */
export class CallRecord {
  private calls: CallEntry[] = [];
  private count = 0;

  open(path: string, headers: NodeJS.Dict<string | string[]>, at: string): CallEntry {
    this.count += 1;
    const kept = Object.entries(headers).filter(([name]) => KEPT_HEADER.test(name));
    const entry: CallEntry = {
      number: this.count,
      at,
      path,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    };
    this.calls.push(entry);
    if (this.calls.length > MOST_ENTRIES) this.calls.shift();
    return entry;
  }

  list(): readonly CallEntry[] {
    return this.calls;
  }

  clear(): void {
    this.calls = [];
    this.count = 0;
  }
}

/** The body for the record, unless it is too long. */
export const keptBody = (text: string, body: Json): { body?: Json } =>
  text.length > LONGEST_BODY ? {} : { body };
