import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { freePort } from '../../../local/store/free-port.ts';

export type ValkeyServer = { url: string; stop(): Promise<void>; pause(): void; resume(): void };

/** Debian 13 has Valkey; earlier ones have Redis, which speaks the same protocol. */
const BINARIES = ['valkey-server', 'redis-server'];

/**
 * A real server of Valkey or Redis on this machine, empty, which keeps nothing on disk.
 * @throws Error that says what to install
 */
export async function startValkey(port?: number): Promise<ValkeyServer> {
  const at = port ?? (await freePort());
  const args = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  for (const binary of BINARIES) {
    const child = spawn(binary, args, { stdio: 'ignore' });
    if (await isListening(child, at)) return serverOf(child, at);
  }
  throw new Error(`Install ${BINARIES.join(' or ')}: apt-get install -y redis-server`);
}

const serverOf = (child: ChildProcess, port: number): ValkeyServer => ({
  url: `redis://127.0.0.1:${port}`,
  pause: () => void child.kill('SIGSTOP'),
  resume: () => void child.kill('SIGCONT'),
  stop: () =>
    new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    }),
});

async function isListening(child: ChildProcess, port: number): Promise<boolean> {
  let failed = false;
  child.once('error', () => (failed = true));
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (failed || child.exitCode !== null) return false;
    if (await answers(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.unref();
    socket.once('connect', () => socket.destroy());
  });
