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
import { type Feedback, noFeedback } from '../../domain/prediction/model-feedback.ts';
import { bytes, json, mapped, number, optional, orElse, text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { Item, Key } from '../dynamodb.ts';
import { predictorArtifactsTable } from './table.ts';

/** A route and what was learned about it. */
export type LearnedRoute = { route: Route; statistics: RouteStatistics };

/** Statistics in another format are ignored, so their route starts over. */
const FORM = 2;

const sixDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;

/** A route, and how many times its statistics were written. */
export const routeCodec = itemCodec(predictorArtifactsTable, 'route', {
  model: text,
  system: text,
  operation: text,
  version: number,
});

/** What was learned about a route: at most 8 KiB, or 25 KiB if sessions are named. */
export const statisticsCodec = itemCodec(predictorArtifactsTable, 'route statistics', {
  form: number,
  requests: number,
  total: mapped(json<number[]>(), unpacked, packed),
  weights: json<RouteWeights>(sixDigits),
  boundOctaves: number,
  sizes: orElse(json<(SizeFeedback | null)[]>(sixDigits), []),
  recent: bytes,
  feedback: optional(json<Feedback>(sixDigits)),
});

export const routeItem = (
  key: Key,
  version: number,
  { route, statistics }: LearnedRoute,
): Item => ({
  ...key,
  ...routeCodec.encode({ ...route, version }),
  ...statisticsCodec.encode({
    ...statistics,
    form: FORM,
    sizes: statistics.sizes.map((size) => size ?? null),
    recent: bytesOf(trimmed(statistics.memory)),
  }),
});

export const versionOf = (item: Item): number => routeCodec.decode(item).version;

/**
 * Decodes remembered requests on first use, because most routes of a loaded predictor are never
 * used before it is reloaded.
 * @returns statistics that may be changed in place
 */
export function parseRoute(item: Item): LearnedRoute {
  const { version: _, ...route } = routeCodec.decode(item);
  if (Number(item['form']) !== FORM || !(item['recent'] instanceof Uint8Array)) {
    return { route, statistics: emptyRoute() };
  }
  const { form: _form, recent, sizes, feedback, ...sums } = statisticsCodec.decode(item);
  let memory: RequestMemory | undefined;
  return {
    route,
    statistics: {
      ...sums,
      get memory() {
        return (memory ??= memoryOf(recent));
      },
      sizes: sizes.map((size) => size ?? undefined),
      feedback: feedback ?? noFeedback(),
    },
  };
}

/** Sums, the index of the first nonempty bin, and the bins from there on. */
function packed({ weight, outputSum, logSum, bins }: OutputStatistics): number[] {
  const first = Math.max(
    0,
    bins.findIndex((share) => share >= 0.0005),
  );
  const last = bins.findLastIndex((share) => share >= 0.0005);
  const numbers = [weight, outputSum, logSum, first, ...bins.slice(first, last + 1)];
  return numbers.map((sum) => Math.round(sum * 1e3) / 1e3);
}

function unpacked(numbers: number[]): OutputStatistics {
  const [weight = 0, outputSum = 0, logSum = 0, first = 0, ...counts] = numbers;
  const bins = new Float64Array(OUTPUT_BINS);
  bins.set(counts, first);
  return { weight, outputSum, logSum, bins };
}

const BYTES_PER_LENGTH = 2;
const BYTES_PER_SESSION = 4;
const PLAIN_ROW_BYTES = 2 * BYTES_PER_LENGTH;
const SESSION_ROW_BYTES = 4 * BYTES_PER_LENGTH + BYTES_PER_SESSION;

/**
 * Columns one after another, little-endian, after one byte that says whether they include sessions.
 */
function bytesOf({ inputs, outputs, usual, centers, sessions }: RecentRequests): Uint8Array {
  const rows = inputs.length;
  const hasSessions = sessions.some((session) => session !== 0);
  const rowBytes = hasSessions ? SESSION_ROW_BYTES : PLAIN_ROW_BYTES;
  const packedRows = new Uint8Array(1 + rows * rowBytes);
  const view = new DataView(packedRows.buffer);
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
  return packedRows;
}

function memoryOf(stored: Uint8Array): RequestMemory {
  const hasSessions = stored[0] === 1;
  const rowBytes = hasSessions ? SESSION_ROW_BYTES : PLAIN_ROW_BYTES;
  const rows = Math.floor((stored.length - 1) / rowBytes);
  // Copied bytes are read directly, because Lambda runs Node.js only on little-endian platforms.
  const copied = (from: number, to: number) =>
    stored.buffer.slice(stored.byteOffset + from, stored.byteOffset + to);
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
