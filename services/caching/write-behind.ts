type Settings = {
  /** The most writes that wait or run. Others are dropped. */
  most: number;
  /** The most bytes that wait or run. */
  mostBytes: number;
  /** Called for each write that fails. */
  onError: (error: unknown) => void;
};

export type WriteBehind = ReturnType<typeof createWriteBehind>;

/**
 * Writes after the caller was answered. Lambda stops a process when its call has ended, so a function
 * waits for `flush` before it ends. Writes of one name run in the order in which they were added.
 */
export function createWriteBehind({ most, mostBytes, onError }: Settings) {
  const running = new Set<Promise<void>>();
  const lastOf = new Map<string, Promise<void>>();
  let bytes = 0;
  return {
    /**
     * Begins a write, unless too many are still running. @returns whether it began
     * @param size its bytes
     */
    add(id: string, write: () => Promise<void>, size: number): boolean {
      if (running.size >= most || bytes + size > mostBytes) return false;
      bytes += size;
      const started: Promise<void> = (lastOf.get(id) ?? Promise.resolve())
        .then(write)
        .catch(onError)
        .finally(() => {
          bytes -= size;
          running.delete(started);
          if (lastOf.get(id) === started) lastOf.delete(id);
        });
      running.add(started);
      lastOf.set(id, started);
      return true;
    },
    /** Waits for every write that has begun. */
    async flush(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
