import type { Weather } from './faults.ts';
import type { ItemName, Items } from './items.ts';
import type { Answer, Attributes, Call, Forward, Operation } from './protocol.ts';
import { throttled, type Throughput } from './throughput.ts';

type Parts = { forward: Forward; weather: Weather; items: Items; throughput: Throughput };
type KeysOfTable = { Keys: Attributes[] };

/** Batches. The service may leave a part for a later call. */
export function createBatches({
  forward,
  weather,
  items,
  throughput,
}: Parts): Record<'get' | 'write', Operation> {
  return {
    /** Leaves out keys that are throttled, and others by chance. All throttled: refuses. */
    async get(call: Call): Promise<Answer> {
      const requested = call.input['RequestItems'] as Record<string, KeysOfTable>;
      const served: Record<string, KeysOfTable> = {};
      const left: Record<string, KeysOfTable> = {};
      const names: ItemName[] = [];
      for (const [table, part] of Object.entries(requested)) {
        for (const key of part.Keys) {
          const name = await items.nameOf(call, table, key);
          const isSpent = throughput.isSpent('read', name);
          if (isSpent) weather.count('throttled');
          const isLeft = isSpent || (names.length > 0 && weather.happens('unprocessed'));
          ((isLeft ? left : served)[table] ??= { ...part, Keys: [] }).Keys.push(key);
          if (!isLeft) names.push(name);
        }
      }
      if (names.length === 0) return throttled(weather);
      const answer = await throughput.measured('read', names, forward, call, {
        ...call.input,
        RequestItems: served,
      });
      if (answer.status !== 200) return answer;
      return { ...answer, body: { ...answer.body, UnprocessedKeys: left } };
    },

    /** Leaves out writes by chance, never the first. */
    async write(call: Call): Promise<Answer> {
      const requested = call.input['RequestItems'] as Record<string, unknown[]>;
      const served: Record<string, unknown[]> = {};
      const left: Record<string, unknown[]> = {};
      for (const [table, writes] of Object.entries(requested)) {
        for (const write of writes) {
          const isLeft = Object.keys(served).length > 0 && weather.happens('unprocessed');
          ((isLeft ? left : served)[table] ??= []).push(write);
        }
      }
      const answer = await forward(call, { ...call.input, RequestItems: served });
      if (answer.status !== 200) return answer;
      return { ...answer, body: { ...answer.body, UnprocessedItems: left } };
    },
  };
}
