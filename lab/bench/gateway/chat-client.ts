import { Agent, request } from 'node:http';
import { CommandError } from '../../../bin/tools/command-line.ts';
import { BENCH_MODEL } from './bench-organization.ts';

/** One way to reach the model. */
export type Route = {
  url: string;
  path: string;
  headersOf: (index: number) => Record<string, string>;
};
/** How long a call took: to the first token of a stream, and to its end. */
export type CallTimes = { firstMs: number; totalMs: number };
export type ChatClient = {
  call: (index: number, isStreamed: boolean) => Promise<CallTimes>;
  close: () => void;
};

const PROMPT = 'Say in a few sentences what a purser does on a ship, and why it matters. '.repeat(
  8,
);
const MOST_TOKENS = 64;

/** Calls Chat Completions over connections that stay open. */
export function createChatClient({ url, path, headersOf }: Route): ChatClient {
  const agent = new Agent({ keepAlive: true });
  const call = (index: number, isStreamed: boolean): Promise<CallTimes> => {
    const body = JSON.stringify({
      model: BENCH_MODEL,
      messages: [{ role: 'user', content: `${PROMPT} ${index}` }],
      max_completion_tokens: MOST_TOKENS,
      ...(isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}),
    });
    const startedMs = performance.now();
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${url}${path}`,
        {
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            ...headersOf(index),
          },
        },
        (response) => {
          let text = '';
          let firstMs = 0;
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
            if (firstMs === 0 && /"content":"[^"]/.test(text))
              firstMs = performance.now() - startedMs;
          });
          response.once('error', reject);
          response.once('end', () => {
            const totalMs = performance.now() - startedMs;
            const isWhole = isStreamed ? text.includes('[DONE]') : text.includes('"usage"');
            if (response.statusCode === 200 && isWhole) resolve({ firstMs, totalMs });
            else
              reject(new CommandError(`${url}: HTTP ${response.statusCode} ${text.slice(0, 500)}`));
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  };
  return { call, close: () => agent.destroy() };
}
