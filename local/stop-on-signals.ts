import type { LocalRun } from './local-run.ts';

const LONGEST_STOP_MS = 10_000;

/**
 * Stops the run and then this process on SIGTERM or SIGINT (Ctrl-C), with exit code 0 after a clean
 * stop. Exits immediately on a second signal or after ten seconds.
 */
export function stopOnSignals(run: LocalRun): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
    run.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
