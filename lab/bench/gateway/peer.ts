import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../local/store/free-port.ts';
import { type Child, startServer } from './child.ts';

/**
 * A gateway without budgets to compare with. It is not among our dependencies, because it brings 95
 * packages that nothing else needs.
 */
export const PEER = { name: '@portkey-ai/gateway', version: '1.15.2' } as const;

const PACKAGE = {
  dependencies: { [PEER.name]: PEER.version },
  // With later versions of its server, it answers streams with 500.
  overrides: { '@hono/node-server': '1.13.8' },
};
const FOLDER = join(tmpdir(), `purser-bench-portkey-${PEER.version}`);
const SERVER = join(FOLDER, 'node_modules', PEER.name, 'build', 'start-server.js');

/** Starts the peer; installs it first, once, in a temporary folder, without running its scripts. */
export async function startPeer(): Promise<Child> {
  if (!existsSync(SERVER)) {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(join(FOLDER, 'package.json'), JSON.stringify(PACKAGE));
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', ...options], { cwd: FOLDER });
  }
  const port = await freePort();
  return startServer(SERVER, [`--port=${port}`, '--headless'], `http://127.0.0.1:${port}`);
}
