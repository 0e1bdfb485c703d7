import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cache, type Cached, type CacheKey, idOf } from '../../domain/caching/cache.ts';
import { inTime } from './in-time.ts';
import type { Leases } from './shared-cache.ts';
import type { WriteBehind } from './write-behind.ts';

/** What a filler made: a text that was put into the cache, or nothing that others could use. */
export type Filled = Cached | undefined;

type Settings = {
  cache: Cache;
  leases: Leases;
  /** Where the right is given back, after the fill was written. */
  behind: WriteBehind;
  /** How long a filler has the right alone, if it does not give it back. */
  leaseMs: number;
  /** How long to wait for another filler before filling anyway. */
  waitMs: number;
  now: () => number;
};

/** How long to wait between looks at the shared store: doubled each time, up to the second. */
const PAUSES_MS = { first: 50, most: 400 };

export type FillOnce = ReturnType<typeof createFillOnce>;

/**
 * Lets one caller at a time fill a name: in this process, and by a short lease also among processes.
 * Others wait for it within a bound, and get what it made. If it made nothing, or takes too long,
 * they fill on their own.
 */
export function createFillOnce({ cache, leases, behind, leaseMs, waitMs, now }: Settings) {
  const filling = new Map<string, Promise<Filled>>();

  /** What another process fills, if it does so in time. */
  async function awaitOthers(key: CacheKey, owner: string): Promise<Cached | 'mine' | 'alone'> {
    const untilMs = now() + waitMs;
    let pauseMs = PAUSES_MS.first;
    if (await leases.take(key, owner, leaseMs)) return 'mine';
    for (;;) {
      await sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, PAUSES_MS.most);
      const entry = await cache.get(key);
      if (entry) return entry;
      if (now() >= untilMs || !(await leases.isTaken(key))) return 'alone';
    }
  }

  /** If it cannot be given back now, it ends when its time is over. */
  const giveBack = (key: CacheKey, owner: string): void =>
    void behind.add(idOf(key), () => leases.release(key, owner), 0);

  return {
    /**
     * @param make fills the name and says with what; it must not throw for a reason that others share
     * @returns what another caller made meanwhile, or `undefined` if `make` of this call ran
     */
    async run(key: CacheKey, make: () => Promise<Filled>): Promise<Cached | undefined> {
      const id = idOf(key);
      const earlier = filling.get(id);
      if (earlier) {
        const theirs = await inTime(earlier, waitMs).catch(() => undefined);
        if (theirs) return theirs;
        await make();
        return undefined;
      }
      const owner = randomUUID();
      let ended: (filled: Filled) => void = () => undefined;
      filling.set(id, new Promise<Filled>((resolve) => (ended = resolve)));
      let filled: Filled;
      try {
        const turn = await awaitOthers(key, owner);
        if (typeof turn !== 'string') {
          filled = turn;
          return turn;
        }
        try {
          filled = await make();
        } finally {
          if (turn === 'mine') giveBack(key, owner);
        }
        return undefined;
      } finally {
        filling.delete(id);
        ended(filled);
      }
    },
  };
}
