import { createRandom, type Random } from '../../simulation/random.ts';

/** What goes wrong. Each member works alone; rates are shares of the calls that it can befall. */
export type Faults = {
  /** How long each of a transaction's two phases holds its items; undefined: nothing conflicts. */
  phaseMs: number | undefined;
  /** Capacity of each key; DynamoDB has 1 000 write units and 3 000 read units. */
  writeUnitsPerSecond: number;
  readUnitsPerSecond: number;
  /** Most bytes that one page of a query or scan evaluates; DynamoDB's are 1 MB. */
  pageBytes: number;
  /** Keys of a batch that are left for a later call. */
  unprocessed: number;
  /** Items whose time to live has passed and that one sweep leaves where they are. */
  lateExpiry: number;
  /** Calls that take `slowMs` longer, before or after the store works. */
  slow: number;
  slowMs: number;
  /** Calls that are never answered, and never reach the store. */
  silent: number;
  /** Calls that reach the store `lateMs` after they were made, and are never answered. */
  late: number;
  lateMs: number;
  /** Connections that close before the store has the call, and after it has worked. */
  lostRequest: number;
  lostAnswer: number;
  /** 500 (half of them after the store has worked), and 503 (always before). */
  internalError: number;
  unavailable: number;
  /** Pages of stream records that the consumer gets a second time. */
  repeatedRecords: number;
  /** Positions in a stream that are no longer valid. */
  expiredIterator: number;
  /** Number of records after which a stream's shard closes and continues in two. */
  splitAfterRecords: number;
};

export const NO_FAULTS: Readonly<Faults> = {
  phaseMs: undefined,
  writeUnitsPerSecond: Infinity,
  readUnitsPerSecond: Infinity,
  pageBytes: Infinity,
  unprocessed: 0,
  lateExpiry: 0,
  slow: 0,
  slowMs: 300,
  silent: 0,
  late: 0,
  lateMs: 1_500,
  lostRequest: 0,
  lostAnswer: 0,
  internalError: 0,
  unavailable: 0,
  repeatedRecords: 0,
  expiredIterator: 0,
  splitAfterRecords: Infinity,
};

/** What a client met. */
export type Incident =
  | Exclude<keyof Faults, 'phaseMs' | 'slowMs' | 'lateMs' | `${string}PerSecond` | 'pageBytes'>
  | 'conflict'
  | 'inProgress'
  | 'throttled'
  | 'shortPage';

export type Weather = ReturnType<typeof createWeather>;

/**
 * Draws faults and counts them. Each fault has random numbers of its own, so that switching one on
 * leaves the others as they were.
 */
export function createWeather(seed: number, initial: Partial<Faults>) {
  let faults: Faults = { ...NO_FAULTS, ...initial };
  const randoms = new Map<string, Random>();
  const counts: Partial<Record<Incident, number>> = {};

  function randomOf(name: string): Random {
    const random = randoms.get(name) ?? createRandom(seed * 31 + hashOf(name));
    randoms.set(name, random);
    return random;
  }

  function count(incident: Incident, by = 1): void {
    counts[incident] = (counts[incident] ?? 0) + by;
  }

  return {
    faults: () => faults,
    /** Replaces all faults: those that are not named no longer happen. */
    set: (changed: Partial<Faults>) => void (faults = { ...NO_FAULTS, ...changed }),
    counts,
    count,
    randomOf,
    happens(fault: Incident & keyof Faults): boolean {
      const isHit = faults[fault] > 0 && randomOf(fault).chance(faults[fault]);
      if (isHit) count(fault);
      return isHit;
    },
  };
}

/** A whole number from 0 to 2^32 - 1 that is the same for the same text in every run. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
