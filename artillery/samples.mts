import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { threadId } from 'node:worker_threads';
import { setting } from './setting.mts';

export type Response = { statusCode: number; body: string };

/** A call as its user saw it. */
export type Call = {
  flow: string;
  step: string;
  /** Statuses that decide something; a refusal by a budget is no error. */
  decided: readonly number[];
  calledMs: number;
  answeredMs: number;
  /** How long after its time it was made: only a busy generator is late. */
  lateMs: number;
};

/** One JSON array per line: what was measured, then its values. */
const file = `${setting('PURSER_LOAD_SAMPLES')}.${threadId}`;
const FLUSH_MS = 1_000;
const NS_PER_MS = 1e6;
let lines: string[] = [];
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

setInterval(() => {
  lines.push(JSON.stringify(['generator', Date.now(), delay.percentile(99) / NS_PER_MS]));
  delay.reset();
  flush();
}, FLUSH_MS).unref();
process.on('exit', flush);

/** Notes a call with its decision. @returns the answer's body, empty if it is no JSON object */
export function recordCall(call: Call, response: Response): Record<string, unknown> {
  const { flow, step, decided, calledMs, answeredMs, lateMs } = call;
  const answer = body(response);
  const isError = !decided.includes(response.statusCode);
  const decision = typeof answer['decision'] === 'string' ? answer['decision'] : '';
  const outcome = isError ? `${step}.${response.statusCode}` : decision;
  lines.push(
    JSON.stringify(['call', calledMs, flow, step, answeredMs - calledMs, isError, outcome, lateMs]),
  );
  return answer;
}

function flush(): void {
  if (lines.length > 0) appendFileSync(file, `${lines.join('\n')}\n`);
  lines = [];
}

function body({ body: text }: Response): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}
