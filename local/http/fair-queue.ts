/** Limits concurrency, in total and per owner. */
export type FairQueueOptions = {
  mostRunning: number;
  /** Below `mostRunning`, so that one owner never takes every slot. */
  mostRunningOfOwner: number;
  mostWaitingOfOwner: number;
};

/**
 * Runs work when its owner's turn comes, unless the owner already has too much waiting. Rejects if
 * the work does.
 */
export type FairQueue = <Result>(
  owner: string,
  work: () => Promise<Result>,
) => Promise<Result | 'full'>;

type Owner = {
  running: number;
  waiting: (() => void)[];
};

/**
 * The owner with the least running work goes next, and equally busy owners take turns, so an owner
 * with a long queue delays only itself. On AWS, functions scale out instead; here they all share
 * one machine.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { mostRunning, mostRunningOfOwner, mostWaitingOfOwner } = options;
  /** In order of their turns. */
  const owners = new Map<string, Owner>();
  let running = 0;

  const startNext = (): void => {
    while (running < mostRunning) {
      const [next] = [...owners]
        .filter(([, { running: own, waiting }]) => waiting.length > 0 && own < mostRunningOfOwner)
        .toSorted(([, left], [, right]) => left.running - right.running);
      if (next === undefined) return;
      const [name, owner] = next;
      owners.delete(name);
      owners.set(name, owner);
      running += 1;
      owner.running += 1;
      owner.waiting.shift()?.();
    }
  };

  return async (name, work) => {
    const owner = owners.get(name) ?? { running: 0, waiting: [] };
    if (owner.waiting.length >= mostWaitingOfOwner) return 'full';
    owners.set(name, owner);
    await new Promise<void>((start) => {
      owner.waiting.push(start);
      startNext();
    });
    try {
      return await work();
    } finally {
      running -= 1;
      owner.running -= 1;
      if (owner.running === 0 && owner.waiting.length === 0) owners.delete(name);
      startNext();
    }
  };
}
