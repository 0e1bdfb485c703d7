import { Presets, SingleBar } from 'cli-progress';

export type Progress = { update: (done: number, note: string) => void; stop: () => void };

const LINE_EVERY_MS = 5_000;

/**
 * Reports progress on stderr: a bar on a terminal, otherwise at most one line every five seconds.
 */
export function startProgress(what: string, total: number): Progress {
  if (!process.stderr.isTTY) return startLines(what, total);
  const bar = new SingleBar(
    {
      format: `${what} {bar} {percentage}% {value}/{total} {note}`,
      barsize: 20,
      etaBuffer: 100,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}

/** Counts items on stderr when the total is unknown. */
export function startCount(
  what: string,
): Pick<Progress, 'stop'> & { update: (done: number) => void } {
  const { isTTY } = process.stderr;
  let shownMs = performance.now();
  return {
    update(done) {
      if (!isTTY && performance.now() - shownMs < LINE_EVERY_MS) return;
      shownMs = performance.now();
      process.stderr.write(isTTY ? `\r${done} ${what}` : `${done} ${what}\n`);
    },
    stop: () => void (isTTY && process.stderr.write('\r\u001B[K')),
  };
}

function startLines(what: string, total: number): Progress {
  let shownMs = performance.now();
  return {
    update(done, note) {
      if (performance.now() - shownMs < LINE_EVERY_MS) return;
      shownMs = performance.now();
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      console.error(`${what} ${percent}% ${done}/${total} ${note}`);
    },
    stop: () => undefined,
  };
}
