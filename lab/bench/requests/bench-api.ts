import { Agent, request } from 'node:http';
import { sampleTrace } from '../../traces/sample-trace.ts';
import { CommandError } from '../../../bin/tools/command-line.ts';
import { uuidV7 } from '../../../client/uuid-v7.ts';

const USERS = 16;
const LIMIT_USD = '1000000';
const SYSTEM = 'relaycore';
const DEPARTMENT = 'operations';

/** A benchmark's API calls. Each fails unless the answer is a success. */
export type BenchApi = {
  /** Sets the budgets so that four apply to every request: user, department, all, system. */
  putBudgets: () => Promise<void>;
  predict: (index: number) => Promise<void>;
  /** @returns the reservation's ID */
  reserve: (index: number) => Promise<string>;
  settle: (index: number, reservationId: string) => Promise<void>;
  /** @returns the raw answer */
  get: (path: string) => Promise<string>;
  /** Invalidates all cached analytics. */
  invalidateCache: () => Promise<void>;
  /** Waits until the run has finished its background work. */
  drain: () => Promise<void>;
  close: () => void;
};

/**
 * Calls a Purser instance over keep-alive connections. Not by `client/`, which repeats calls, so that a
 * benchmark would miss failures, and sends by `fetch`, whose own time would be measured too.
 */
export function createBenchApi(url: string, key: string): BenchApi {
  const agent = new Agent({ keepAlive: true });
  const rows = sampleTrace(1_000, 1);
  const rowAt = (index: number) => {
    const row = rows[index % rows.length];
    if (!row) throw new Error('the sample is empty');
    return row;
  };
  const aiRequest = (index: number) => {
    const { operation, model, inputTokens } = rowAt(index);
    const userId = `user-${index % USERS}`;
    return { system: SYSTEM, userId, departmentId: DEPARTMENT, operation, model, inputTokens };
  };

  const call = callerOf(url, key, agent);

  return {
    async putBudgets() {
      const users = Array.from({ length: USERS }, (_, user) => `user/user-${user}/daily`);
      const shared = [
        `department/${DEPARTMENT}/monthly`,
        'organization/acme/monthly',
        `system/${SYSTEM}/monthly`,
      ];
      for (const budget of [...users, ...shared]) {
        await call('PUT', `/v1/budgets/${budget}`, { limitUsd: LIMIT_USD });
      }
    },
    async predict(index) {
      await call('POST', '/v1/predictions', aiRequest(index));
    },
    async reserve(index) {
      const answer: unknown = JSON.parse(
        await call('POST', '/v1/reservations', aiRequest(index), {
          'idempotency-key': uuidV7(Date.now()),
        }),
      );
      if (typeof answer !== 'object' || answer === null || !('reservationId' in answer)) {
        throw new CommandError('a reservation was answered without its id');
      }
      return String(answer.reservationId);
    },
    async settle(index, reservationId) {
      const { inputTokens, outputTokens } = rowAt(index);
      const path = `/v1/reservations/${reservationId}/settle`;
      await call('POST', path, { usage: { inputTokens, outputTokens } });
    },
    get: (path) => call('GET', path),
    async invalidateCache() {
      await call('POST', '/v1/cache/invalidate');
    },
    async drain() {
      await call('POST', '/_local/drain');
    },
    close: () => agent.destroy(),
  };
}

const callerOf =
  (url: string, key: string, agent: Agent) =>
  (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}${path}`,
        {
          method,
          agent,
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
            ...headers,
          },
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (answer += part));
          response.once('error', reject);
          response.once('end', () => {
            const { statusCode = 0 } = response;
            if (statusCode >= 200 && statusCode < 300) resolve(answer);
            else reject(new CommandError(`${method} ${path}: HTTP ${statusCode} ${answer}`));
          });
        },
      );
      sent.once('error', reject);
      sent.end(text);
    });
  };
