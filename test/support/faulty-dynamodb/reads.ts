import type { Weather } from './faults.ts';
import { bytesOf, type Items, type ItemName } from './items.ts';
import {
  type Answer,
  type Attributes,
  type Call,
  type Forward,
  type Operation,
  type Input,
} from './protocol.ts';
import { throttled, type Throughput } from './throughput.ts';

type Parts = { forward: Forward; weather: Weather; items: Items; throughput: Throughput };

/** Reads of one item, and of pages. */
export function createReads(parts: Parts): Record<'get' | 'page', Operation> {
  const { forward, weather, items, throughput } = parts;

  /** Passes a call on unless one of its keys has no units left. */
  function passing(call: Call, names: ItemName[], input = call.input): Promise<Answer> | Answer {
    if (names.some((name) => throughput.isSpent('read', name))) return throttled(weather);
    return throughput.measured('read', names, forward, call, input);
  }

  return {
    get: async (call: Call) => passing(call, [await items.ofCall(call)]),

    async page(call: Call): Promise<Answer> {
      const { TableName, IndexName, ExpressionAttributeValues } = call.input;
      const table = String(TableName);
      // Queries use the units of their whole collection of items.
      const key = JSON.stringify([table, IndexName, ExpressionAttributeValues]);
      const limit = await limitOfPage(parts, call);
      return passing(call, [{ table, key }], { ...call.input, ...(limit && { Limit: limit }) });
    },
  };
}

/**
 * How many items fit into a page. DynamoDB counts an item before the filter and before it leaves
 * out attributes, so this first reads without both. Undefined: everything fits.
 */
async function limitOfPage({ forward, weather }: Parts, call: Call): Promise<number | undefined> {
  const { pageBytes } = weather.faults();
  if (pageBytes === Infinity) return undefined;
  const { body } = await forward(call, withoutFilter(call.input));
  const evaluated = (body['Items'] ?? []) as Attributes[];
  let bytes = 0;
  const fitting = evaluated.findIndex((item) => (bytes += bytesOf(item)) > pageBytes);
  if (fitting === -1) return undefined;
  weather.count('shortPage');
  return Math.max(fitting, 1);
}

function withoutFilter(input: Input): Input {
  const {
    FilterExpression: _,
    ProjectionExpression: __,
    Select: ___,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ...rest
  } = input;
  const used = new Set(String(input['KeyConditionExpression'] ?? '').match(/[#:]\w+/g));
  const kept = (bound: unknown): Input =>
    Object.fromEntries(Object.entries(bound ?? {}).filter(([name]) => used.has(name)));
  const [keptNames, keptValues] = [kept(names), kept(values)];
  return {
    ...rest,
    ...(Object.keys(keptNames).length > 0 && { ExpressionAttributeNames: keptNames }),
    ...(Object.keys(keptValues).length > 0 && { ExpressionAttributeValues: keptValues }),
  };
}
