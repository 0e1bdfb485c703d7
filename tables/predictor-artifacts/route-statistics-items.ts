import type { RouteWeights } from '../../domain/prediction/expert-weights.ts';
import { OUTPUT_BINS } from '../../domain/prediction/output-histogram.ts';
import {
  type RecentRequests,
  type RequestMemory,
  trimmed,
} from '../../domain/prediction/recent-requests.ts';
import {
  emptyRoute,
  type OutputStatistics,
  type Route,
  type RouteStatistics,
  type SizeFeedback,
} from '../../domain/prediction/route-statistics.ts';
import type { Item, Key } from '../dynamodb.ts';

/** A route with what was learned of it. */
export type LearnedRoute = { route: Route; statistics: RouteStatistics };

/** Statistics of another form are not read: their route begins anew. */
const FORM = 2;

/** What was learned of a route as an item: at most 8 KiB, or 25 KiB where sessions are named. */
export const routeItem = (
  key: Key,
  version: number,
  { route, statistics }: LearnedRoute,
): Item => ({
  ...key,
  ...route,
  version,
  form: FORM,
  requests: statistics.requests,
  total: packed(statistics.total),
  weights: JSON.stringify(statistics.weights, sixDigits),
  boundOctaves: statistics.boundOctaves,
  sizes: JSON.stringify(statistics.sizes, sixDigits),
  recent: bytesOf(trimmed(statistics.memory)),
});

/**
 * Remembered requests are decoded when they are first looked at: most routes of a loaded predictor are
 * not asked for before it is renewed.
 * @returns statistics that may be changed in place
 */
export function parseRoute(item: Item): LearnedRoute {
  const route = {
    model: String(item['model']),
    system: String(item['system']),
    operation: String(item['operation']),
  };
  const { recent } = item;
  if (Number(item['form']) !== FORM || !(recent instanceof Uint8Array)) {
    return { route, statistics: emptyRoute() };
  }
  const weights: RouteWeights = JSON.parse(String(item['weights']));
  const sizes: (SizeFeedback | null)[] = JSON.parse(String(item['sizes'] ?? '[]'));
  let memory: RequestMemory | undefined;
  return {
    route,
    statistics: {
      requests: Number(item['requests']),
      total: unpacked(String(item['total'])),
      get memory() {
        return (memory ??= memoryOf(recent));
      },
      weights,
      boundOctaves: Number(item['boundOctaves']),
      sizes: sizes.map((size) => size ?? undefined),
    },
  };
}

const sixDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;

/** Sums, the first bin that holds anything, and the bins from there. */
function packed({ weight, outputSum, logSum, bins }: OutputStatistics): string {
  const first = Math.max(
    0,
    bins.findIndex((share) => share >= 0.0005),
  );
  const last = bins.findLastIndex((share) => share >= 0.0005);
  const numbers = [weight, outputSum, logSum, first, ...bins.slice(first, last + 1)];
  return JSON.stringify(numbers.map((number) => Math.round(number * 1e3) / 1e3));
}

function unpacked(text: string): OutputStatistics {
  const numbers: number[] = JSON.parse(text);
  const [weight = 0, outputSum = 0, logSum = 0, first = 0, ...held] = numbers;
  const bins = new Float64Array(OUTPUT_BINS);
  bins.set(held, first);
  return { weight, outputSum, logSum, bins };
}

const BYTES_PER_LENGTH = 2;
const BYTES_PER_SESSION = 4;
const PLAIN_ROW_BYTES = 2 * BYTES_PER_LENGTH;
const SESSION_ROW_BYTES = 4 * BYTES_PER_LENGTH + BYTES_PER_SESSION;

/** Columns one after another, little-endian, after one byte that says whether sessions are among them. */
function bytesOf({ inputs, outputs, usual, centers, sessions }: RecentRequests): Uint8Array {
  const rows = inputs.length;
  const hasSessions = sessions.some((session) => session !== 0);
  const rowBytes = hasSessions ? SESSION_ROW_BYTES : PLAIN_ROW_BYTES;
  const bytes = new Uint8Array(1 + rows * rowBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, hasSessions ? 1 : 0);
  let offset = 1;
  for (const column of hasSessions ? [inputs, outputs, usual, centers] : [inputs, outputs]) {
    for (const length of column) {
      view.setUint16(offset, length, true);
      offset += BYTES_PER_LENGTH;
    }
  }
  if (hasSessions) {
    for (const session of sessions) {
      view.setUint32(offset, session, true);
      offset += BYTES_PER_SESSION;
    }
  }
  return bytes;
}

function memoryOf(bytes: Uint8Array): RequestMemory {
  const hasSessions = bytes[0] === 1;
  const rowBytes = hasSessions ? SESSION_ROW_BYTES : PLAIN_ROW_BYTES;
  const rows = Math.floor((bytes.length - 1) / rowBytes);
  // A copy of the bytes is read as it lies: every platform of Node.js that Lambda has is little-endian.
  const copied = (from: number, to: number) =>
    bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to);
  const lengths = (column: number): Uint16Array => {
    const from = 1 + column * rows * BYTES_PER_LENGTH;
    return new Uint16Array(copied(from, from + rows * BYTES_PER_LENGTH));
  };
  const sessionsFrom = 1 + 4 * rows * BYTES_PER_LENGTH;
  const columns = {
    inputs: lengths(0),
    outputs: lengths(1),
    usual: hasSessions ? lengths(2) : new Uint16Array(rows),
    centers: hasSessions ? lengths(3) : new Uint16Array(rows),
    sessions: hasSessions
      ? new Uint32Array(copied(sessionsFrom, sessionsFrom + rows * BYTES_PER_SESSION))
      : new Uint32Array(rows),
  };
  return { count: rows, columns };
}
