import type { HourMeasures, HoursOfDay } from '../../domain/reporting/day-additions.ts';
import type { Measure, Measures } from '../../domain/reporting/measures.ts';
import { bytes, type Codec, mapped } from '../codec/attributes.ts';
import { Damage } from '../codec/damage.ts';

/** Positions of the measures in the stored bits. They must never change. */
const BITS: Readonly<Record<Measure, number>> = {
  costNanoUsd: 0,
  disputedNanoUsd: 1,
  presumedCostNanoUsd: 2,
  correctedCostNanoUsd: 3,
  expectedCostNanoUsd: 4,
  reservedNanoUsd: 5,
  requests: 6,
  inputTokens: 7,
  outputTokens: 8,
  cacheReadTokens: 9,
  cacheWriteTokens: 10,
  latencyMs: 11,
  latencyCount: 12,
  backDatedNanoUsd: 13,
  deviatingRequests: 14,
  savedNanoUsd: 15,
  lostCacheNanoUsd: 16,
};
const IN_ORDER = (Object.keys(BITS) as Measure[]).toSorted((a, b) => BITS[a] - BITS[b]);

/** As in DynamoDB's own numbers. */
const LARGEST = 10n ** 38n - 1n;
const CONTINUES = 0x80;
/** More bytes do not fit into a `number`. */
const SHORT_BYTES = 7;

/**
 * The hours of a day as bytes, because a write pays for every kilobyte: per hour its number, bits
 * that tell which measures follow, and the measures in that order. Bits and measures take seven
 * bits per byte, lowest first; all but the last byte have the highest bit set. Measures are
 * interleaved (0, -1, 1, -2, …), so that small negative ones are short, too. A day of 24 usual
 * hours takes about 600 bytes.
 */
export const hoursOfDay: Codec<HoursOfDay> = mapped(bytes, unpacked, packed);

function packed(hours: HoursOfDay): Uint8Array {
  const out: number[] = [];
  for (const [hour, measures] of [...hours].toSorted(([left], [right]) => left - right)) {
    const present = IN_ORDER.filter((measure) => measures[measure] !== undefined);
    const bits = present.reduce((sum, measure) => sum + 2 ** BITS[measure], 0);
    out.push(hour);
    write(out, BigInt(bits));
    for (const measure of present) write(out, interleaved(measures[measure] ?? 0n));
  }
  return Uint8Array.from(out);
}

function interleaved(value: bigint): bigint {
  if (value > LARGEST || value < -LARGEST) throw new RangeError('a sum has more than 38 digits');
  return value < 0n ? -value * 2n - 1n : value * 2n;
}

function write(out: number[], value: bigint): void {
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | CONTINUES);
  out.push(Number(rest));
}

function unpacked(stored: Uint8Array): HoursOfDay {
  const hours = new Map<number, HourMeasures>();
  const position = { at: 0 };
  while (position.at < stored.length) {
    const hour = stored[position.at] ?? 0;
    position.at += 1;
    const bits = read(stored, position);
    const measures: Partial<Measures> = {};
    for (const measure of IN_ORDER) {
      if ((Number(bits) >> BITS[measure]) % 2 === 0) continue;
      const value = read(stored, position);
      measures[measure] = value % 2n === 0n ? value / 2n : -(value + 1n) / 2n;
    }
    hours.set(hour, measures);
  }
  return hours;
}

/** Reads one number and moves the position behind it. */
function read(stored: Uint8Array, position: { at: number }): bigint {
  const start = position.at;
  let low = 0;
  let value = 0n;
  for (;;) {
    const byte = stored[position.at];
    if (byte === undefined) throw new Damage('whole hours', stored);
    const index = position.at - start;
    if (index < SHORT_BYTES) low += (byte % CONTINUES) * 2 ** (7 * index);
    else value += BigInt(byte % CONTINUES) << BigInt(7 * index);
    position.at += 1;
    if (byte < CONTINUES) return value + BigInt(low);
  }
}
