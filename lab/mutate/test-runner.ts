import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A test file to run, and the path of a file changed since the previous run. */
export type RunRequest = { test: string; changed?: string };

/** `failure` says which test failed first, and why. */
export type RunResult = { isPassed: boolean; failure?: string; durationMs: number };

const PROCESS = fileURLToPath(new URL('test-process.ts', import.meta.url));
const REACH = new URL('reach.mjs', import.meta.url).href;

/** Runs test files of a tree one after another. */
export function createTestRunner(root: string, reachedFile: string) {
  let child: ChildProcess | undefined;

  async function start(): Promise<ChildProcess> {
    const started = fork(PROCESS, {
      cwd: root,
      // A separate process group, so that everything the tests started ends with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        NODE_OPTIONS: `--import ${REACH}?file=${encodeURIComponent(reachedFile)}`,
      },
    });
    await once(started, 'message');
    return started;
  }

  function stop(): void {
    const { pid } = child ?? {};
    child = undefined;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  return {
    /** A run that exceeds `limitMs` or ends the process counts as failed. */
    async run(request: RunRequest, limitMs: number): Promise<RunResult> {
      const current = (child ??= await start());
      const startedMs = performance.now();
      const isOver = new AbortController();
      const signal = AbortSignal.any([isOver.signal, AbortSignal.timeout(limitMs)]);
      try {
        current.send(request);
        const [answer] = (await Promise.race([
          once(current, 'message', { signal }),
          once(current, 'exit', { signal }),
        ])) as [RunResult | number | null];
        if (typeof answer === 'object' && answer !== null) return answer;
        stop();
        return failed('the test process ended', startedMs);
      } catch {
        stop();
        return failed(`not done after ${Math.round(limitMs / 1_000)} s`, startedMs);
      } finally {
        isOver.abort();
      }
    },
    stop,
  };
}

const failed = (failure: string, startedMs: number): RunResult => ({
  isPassed: false,
  failure,
  durationMs: performance.now() - startedMs,
});

export type TestRunner = ReturnType<typeof createTestRunner>;
