import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's package `chromium` installs it. Tests that need it are skipped without it. */
export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** In a container, there is no sandbox and little shared memory. */
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
];

export type OpenPage = { stop(): Promise<void> };

/** Opens a page in a headless browser of its own, until `stop`. */
export function openPage(
  url: string,
  more: readonly string[] = [],
): OpenPage & { ended: Promise<void> } {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const child = spawn(CHROMIUM, [...ARGUMENTS, `--user-data-dir=${profile}`, ...more, url], {
    stdio: 'ignore',
    // Its helpers end with it.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ended,
    async stop() {
      endGroup(child);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
}

/** What a page looks like, as PNG. */
export async function screenshotOf(
  url: string,
  { width = 800, height = 1_200 }: { width?: number; height?: number } = {},
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'screenshot-'));
  const file = join(folder, 'page.png');
  const size = `--window-size=${width},${height}`;
  const page = openPage(url, [`--screenshot=${file}`, size, '--hide-scrollbars']);
  try {
    await page.ended;
    return new Uint8Array(readFileSync(file));
  } finally {
    await page.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
