import { expect, test } from 'vitest';
import { createFairQueue } from '../../local/http/fair-queue.ts';

/** Named pieces of work that end on command. */
function workshop() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    work: (name: string) => () =>
      new Promise<string>((resolve) => {
        started.push(name);
        ends.set(name, () => resolve(name));
      }),
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('owners take turns, however much one of them has waiting', async () => {
  const { started, work, end } = workshop();
  const queue = createFairQueue({ mostRunning: 3, mostRunningOfOwner: 2, mostWaitingOfOwner: 9 });
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) =>
    queue(name.charAt(0), work(name)),
  );
  await end('none');
  // One owner never takes every slot.
  expect(started).toEqual(['a1', 'a2', 'b1']);
  await end('a1');
  expect(started.at(-1)).toBe('c1');
  await end('b1');
  expect(started.at(-1)).toBe('b2');
  await end('c1');
  expect(started.at(-1)).toBe('a3');
  for (const name of ['a2', 'a3', 'b2', 'a4']) await end(name);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
});

test('a failure gives its place back', async () => {
  const queue = createFairQueue({ mostRunning: 1, mostRunningOfOwner: 1, mostWaitingOfOwner: 9 });
  const fails = queue('a', () => Promise.reject(new Error('broken')));
  const next = queue('a', () => Promise.resolve('done'));
  await expect(fails).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

test('an owner of whom too much waits is turned away, and no other', async () => {
  const { work, end } = workshop();
  const queue = createFairQueue({ mostRunning: 1, mostRunningOfOwner: 1, mostWaitingOfOwner: 1 });
  const all = ['a1', 'a2'].map((name) => queue('a', work(name)));
  expect(await queue('a', work('a3'))).toBe('full');
  const other = queue('b', work('b1'));
  for (const name of ['a1', 'a2', 'b1']) {
    await end('none');
    await end(name);
  }
  expect(await Promise.all([...all, other])).toEqual(['a1', 'a2', 'b1']);
});
