import { connect } from 'node:net';
import { createRawClient, type RawAnswer } from '../support/raw-request.ts';

/** A request, byte for byte. A header may be repeated or misstate the body. */
export type Wire = {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body?: Buffer | undefined;
  /** No client would send this, so it goes through a bare socket. */
  isMalformed?: boolean;
};

export type Sent = RawAnswer | 'timeout' | 'closed';

const PLAIN_PATH = /^\/[\x21-\x7e]*$/;
const PLAIN_HEADER = /^[\t\x20-\x7e]*$/;

/** Whether an HTTP client can send this as it is. */
export const isPlain = ({ method, path, headers, isMalformed }: Wire): boolean =>
  !isMalformed &&
  /^[A-Z]+$/.test(method) &&
  method !== 'CONNECT' &&
  PLAIN_PATH.test(path) &&
  headers.every(([, value]) => PLAIN_HEADER.test(value));

/** The bytes of a request. */
export function bytesOf({ method, path, headers, body }: Wire): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map((header) => header.join(': '))];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}

/** Sends requests to a server and waits `limitMs` milliseconds for each answer. */
export function createSender(url: string, limitMs: number) {
  const client = createRawClient(url);
  return {
    close: () => client.close(),
    async send(wire: Wire): Promise<Sent> {
      const { method, path, headers, body } = wire;
      const sending = isPlain(wire)
        ? client.send({ method, path, headers: gathered(headers), body }).catch(() => 'closed')
        : sendBytes(url, wire, limitMs);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<'timeout'>((resolve) => {
        timer = setTimeout(() => resolve('timeout'), limitMs);
      });
      return Promise.race([sending as Promise<Sent>, limit]).finally(() => clearTimeout(timer));
    },
  };
}

function gathered(headers: Wire['headers']): Record<string, string | string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]),
  );
}

/** A server may leave such bytes unanswered, but must close the connection. */
function sendBytes(url: string, wire: Wire, limitMs: number): Promise<Sent> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytesOf(wire));
      // A request that announced more than it sends would wait forever.
      if (wire.isMalformed) socket.end();
    });
    socket.setTimeout(limitMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', () => resolve(parsed(chunks)));
    socket.once('close', () => resolve(parsed(chunks)));
  });
}

function parsed(chunks: Buffer[]): Sent {
  const text = Buffer.concat(chunks).toString('utf8');
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  if (status === 100) return parsed([Buffer.from(rest.join('\r\n\r\n'))]);
  if (status === 0) return 'closed';
  const headers = Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  );
  const body = rest.join('\r\n\r\n');
  return { status, headers, contentType: headers['content-type'] ?? '', text: body };
}
