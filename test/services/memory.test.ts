import { describe, expect, it } from 'vitest';
import { createMemory } from '../../services/memory.ts';

describe('a memory', () => {
  it('forgets what was not used for longest once it is full', () => {
    const memory = createMemory<number>({ most: 2 });
    memory.set('a', 1);
    memory.set('b', 2);
    expect(memory.get('a')).toBe(1);
    memory.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => memory.get(key))).toEqual([1, undefined, 3]);
  });

  it('keeps a value for as long as it was told to, and no longer when the clock is set back', () => {
    let nowMs = 0;
    const memory = createMemory<string>({ most: 2, keptMs: 100, now: () => nowMs });
    memory.set('a', 'first');
    nowMs = 99;
    expect(memory.get('a')).toBe('first');
    nowMs = 100;
    expect(memory.get('a')).toBeUndefined();
    memory.set('a', 'second');
    nowMs = 0;
    expect(memory.get('a')).toBeUndefined();
  });

  it('counts the age of a value from when it was true', () => {
    let nowMs = 50;
    const memory = createMemory<string>({ most: 2, keptMs: 100, now: () => nowMs });
    memory.set('a', 'read at 0', 0);
    nowMs = 99;
    expect(memory.get('a')).toBe('read at 0');
    nowMs = 100;
    expect(memory.get('a')).toBeUndefined();
  });

  it('forgets on demand', () => {
    const memory = createMemory<string>({ most: 2 });
    memory.set('a', 'value');
    memory.delete('a');
    expect(memory.get('a')).toBeUndefined();
  });
});
