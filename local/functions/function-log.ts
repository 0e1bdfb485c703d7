import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/** Collects a function's output. */
export type FunctionLog = {
  write(text: string): void;
  /** Writes buffered output. */
  flush(): void;
};

const FLUSH_AFTER_MS = 50;
const FLUSH_AT_BYTES = 64 * 1024;

/**
 * Redirects everything this thread prints to a file, which it rotates to `<file>.1` at `maxBytes`.
 * Also passes lines in CloudWatch's embedded metric format to `onMetrics`. Buffers output briefly,
 * because one write per line would cost more than the request.
 */
export function openFunctionLog(
  file: string,
  maxBytes: number,
  onMetrics: (lines: string[]) => void,
): FunctionLog {
  let descriptor = openSync(file, 'a');
  let size = existsSync(file) ? statSync(file).size : 0;
  let waiting: string[] = [];
  let waitingBytes = 0;
  let metrics: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) {
      const bytes = Buffer.from(waiting.join(''));
      waiting = [];
      waitingBytes = 0;
      try {
        if (size + bytes.length > maxBytes && size > 0) {
          renameSync(file, `${file}.1`);
          closeSync(descriptor);
          descriptor = openSync(file, 'a');
          size = 0;
        }
        size += writeSync(descriptor, bytes);
      } catch {
        // On a full disk, a function may lose log lines but must not lose requests.
      }
    }
    if (metrics.length > 0) {
      const lines = metrics;
      metrics = [];
      onMetrics(lines);
    }
  };

  const write = (text: string): void => {
    waiting.push(text);
    waitingBytes += text.length;
    if (text.includes('"CloudWatchMetrics"')) {
      metrics.push(...text.split('\n').filter((line) => line.includes('"CloudWatchMetrics"')));
    }
    if (waitingBytes >= FLUSH_AT_BYTES) flush();
    else timer ??= setTimeout(flush, FLUSH_AFTER_MS);
  };

  const capture = (
    chunk: string | Uint8Array,
    encodingOrCallback?: unknown,
    callback?: unknown,
  ): boolean => {
    write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    if (typeof done === 'function') queueMicrotask(() => (done as () => void)());
    return true;
  };
  process.stdout.write = capture;
  process.stderr.write = capture;
  process.on('exit', flush);
  return { write, flush };
}
