import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';
import { type LocalPurser, startPurser } from './local-purser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files borrow a running application. */
    purserPool: string;
  }
}

/** Where a borrower finds the application. */
export type Loan = { url: string; dataDirectory: string };

type Lendable = { purser: LocalPurser; eveningMs: number };

/** Longer than a reservation is held. */
const PAUSE_MS = 16 * 60_000;
const WORKDAY_MS = 9 * 3_600_000;

/**
 * Lends running applications to test files. Each serves one file at a time, so that a file has
 * clock, inbox and tables to itself. A new one starts only if no other is idle.
 */
export default async function openPurserPool(project: TestProject): Promise<() => Promise<void>> {
  const lent = new Map<string, Lendable>();
  const idle: Lendable[] = [];

  async function lend(): Promise<Loan> {
    const lendable = (await rested(idle.pop())) ?? (await start());
    const { url, dataDirectory } = lendable.purser;
    lent.set(url, lendable);
    return { url, dataDirectory };
  }

  function takeBack(url: string): void {
    const lendable = lent.get(url);
    if (!lendable) throw new Error(`${url} is not lent.`);
    lent.delete(url);
    idle.push(lendable);
  }

  async function answerTo(request: IncomingMessage): Promise<object> {
    const { returns } = JSON.parse(await text(request)) as { returns?: string };
    if (returns === undefined) return lend();
    takeBack(returns);
    return {};
  }

  const server = createServer((request, response) => {
    answerTo(request).then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('purserPool', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    await Promise.all([...lent.values(), ...idle].map(({ purser }) => purser.stop()));
  };
}

async function start(): Promise<Lendable> {
  const purser = await startPurser();
  return { purser, eveningMs: (await purser.now()) + WORKDAY_MS };
}

/**
 * Ends what the last borrower left: reservations that it still held, messages, and rules of the
 * Bedrock stand-in. Stops an application on which the day is over, so that no test depends on when
 * another moved the clock.
 */
async function rested(lendable: Lendable | undefined): Promise<Lendable | undefined> {
  if (!lendable) return undefined;
  const { purser, eveningMs } = lendable;
  if ((await purser.now()) > eveningMs) {
    await purser.stop();
    return undefined;
  }
  await purser.post('/_local/clock', { advanceMs: PAUSE_MS });
  await purser.drain();
  await purser.call('DELETE', '/_local/inbox');
  await purser.call('DELETE', '/_local/bedrock');
  return lendable;
}
