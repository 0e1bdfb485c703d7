import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { windowOf } from '../../../domain/prompts/context-window.ts';

const system = { role: 'system', content: 'Help.' };
const user = { role: 'user', content: 'Go on.' };
const model = { role: 'assistant', content: 'Done.' };

/** A call of a tool with its result, in each format. */
const FORMATS: Readonly<Record<string, (id: string) => object[]>> = {
  chat: (id: string) => [
    { role: 'assistant', tool_calls: [{ id }] },
    { role: 'tool', tool_call_id: id, content: 'ok' },
  ],
  messages: (id: string) => [
    { role: 'assistant', content: [{ type: 'tool_use', id }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id }] },
  ],
  converse: (id: string) => [
    { role: 'assistant', content: [{ toolUse: { toolUseId: id } }] },
    { role: 'user', content: [{ toolResult: { toolUseId: id } }] },
  ],
  responses: (id: string) => [
    { type: 'reasoning' },
    { type: 'function_call', call_id: id },
    { type: 'function_call_output', call_id: id, output: 'ok' },
  ],
};
const formats = fc.constantFrom(...Object.values(FORMATS));

const sized = (turns: readonly object[], maxInputTokens: number, more: object = {}) =>
  windowOf(turns, { sizes: turns.map(() => 10), fixedTokens: 0, maxInputTokens, ...more });

describe('a conversation under a budget of tokens', () => {
  test('stays as it is if it fits', () => {
    expect(sized([user, model, user], 30)).toEqual({ ok: true, dropped: [], tokens: 30 });
  });

  test('loses its oldest exchanges, but no instructions, pinned messages or the last exchange', () => {
    const turns = [system, user, model, user, model, user, model, user];
    expect(sized(turns, 60)).toEqual({ ok: true, dropped: [1, 2, 3, 4], tokens: 40 });
    expect(sized(turns, 60, { pinned: new Set([2]) })).toMatchObject({ dropped: [3, 4, 5, 6] });
  });

  test('says how many tokens it has at least', () => {
    expect(sized([system, user, model, user], 15)).toEqual({ ok: false, leastTokens: 20 });
  });

  test.each(Object.entries(FORMATS))('loses the old steps of an agent: %s', (_, step) => {
    const steps = ['a', 'b', 'c', 'd'].map((id) => step(id));
    const turns = [user, ...steps.flat()];
    const length = steps[0]?.length ?? 0;
    const window = sized(turns, 10 * (turns.length - 1));
    expect(window).toMatchObject({ ok: true });
    const dropped = window.ok ? window.dropped : [];
    expect(dropped.length % length).toBe(0);
    expect(dropped).toEqual(Array.from({ length: dropped.length }, (__, at) => at + 1));
    expect(dropped).not.toContain(turns.length - 1);
  });

  test('begins at the same place for several turns, so that providers find it in their caches', () => {
    const lengths = Array.from({ length: 40 }, (_, at) => 2 * at + 1);
    const starts = lengths.map((length) => {
      const window = sized(
        Array.from({ length }, (_, at) => (at % 2 === 0 ? user : model)),
        200,
      );
      return window.ok ? window.dropped.length : -1;
    });
    const moves = starts.filter((start, at) => at > 0 && start !== starts[at - 1]).length;
    expect([Math.min(...starts), moves]).toEqual([0, 12]);
  });

  test('keeps each call with its result, turns in their order, and the budget', () => {
    const part = fc.oneof(fc.constant('talk'), fc.constant('tool'), fc.constant('ask'));
    fc.assert(
      fc.property(formats, fc.array(part, { maxLength: 30 }), fc.nat(400), (step, parts, most) => {
        const turns: object[] = [system, user];
        parts.forEach((kind, at) => {
          if (kind === 'talk') turns.push(model);
          else if (kind === 'ask') turns.push(user);
          else turns.push(...step(`call-${at}`));
        });
        const window = sized(turns, most);
        if (!window.ok) {
          expect(window.leastTokens).toBeGreaterThan(most);
          return;
        }
        const gone = new Set(window.dropped);
        const kept = turns.filter((_, at) => !gone.has(at));
        expect(kept.length * 10).toBe(window.tokens);
        expect(window.tokens).toBeLessThanOrEqual(most);
        expect(kept[0]).toBe(system);
        const ids = JSON.stringify(kept).match(/call-\d+/g) ?? [];
        for (const id of new Set(ids)) expect(ids.filter((each) => each === id)).toHaveLength(2);
        if (kept.length > 1) expect(kept[1]).toBe(user);
        expect(turns.at(-1)).toBe(kept.at(-1));
      }),
      { numRuns: 500 },
    );
  });
});
