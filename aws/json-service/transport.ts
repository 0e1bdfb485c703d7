import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { crc32 } from 'node:zlib';

export type HttpAnswer = { status: number; text: string };
export type Post = (headers: Record<string, string>, body: string) => Promise<HttpAnswer>;

type Limits = {
  /** How long to wait for a connection, and then for each part of the answer. */
  timeoutMs: number;
  /** Connections at a time. Further requests wait for one, however long that takes. */
  maxSockets: number;
};

/**
 * Posts to the root of an endpoint over connections that are kept open. Rejects with Node's error
 * if the request or its answer is lost, late or damaged.
 */
export function createPost(endpoint: URL, { timeoutMs, maxSockets }: Limits): Post {
  const { hostname, port, protocol } = endpoint;
  const isSecure = protocol === 'https:';
  const start = isSecure ? secureRequest : request;
  const agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets });
  const options = { method: 'POST', hostname, port, agent, timeout: timeoutMs };
  return (headers, body) =>
    new Promise((resolve, reject) => {
      const sent = start({
        ...options,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(timeOut(timeoutMs)));
      sent.once('response', (answer) => read(answer, resolve, reject));
      sent.end(body);
    });
}

function read(
  answer: IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): void {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.once('error', reject);
  answer.once('end', () => {
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const checksum = answer.headers['x-amz-crc32'];
    if (checksum === undefined || Number(checksum) === crc32(bytes)) {
      resolve({ status: answer.statusCode ?? 0, text: bytes.toString('utf8') });
    } else {
      reject(new Error('the answer was damaged on its way'));
    }
  });
}

const timeOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' });
