import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AssignmentOptions,
  assignRequest,
  pricedAs,
  TRACE_SYSTEMS,
} from '../../../lab/traces/assign-request.ts';

const options: AssignmentOptions = {
  seed: 1,
  systems: TRACE_SYSTEMS,
  pricedModels: ['anthropic.claude-3-5-haiku', 'amazon.nova-pro'],
};

const turn = (row: number) =>
  assignRequest({ inputTokens: 1, outputTokens: 1, prefixBlocks: [0, 77, row] }, row, options);
const modelFor = (model: string | undefined, defaultModel?: string) =>
  assignRequest({ inputTokens: 1, outputTokens: 1, model }, 1, { ...options, defaultModel });

describe('assignRequest', () => {
  it('keeps what the trace says', () => {
    const assigned = assignRequest(
      {
        inputTokens: 10,
        outputTokens: 20,
        system: 'automatrix',
        userId: 'ada',
        departmentId: 'finance',
        operation: 'plan',
        model: 'amazon.nova-pro-v1:0',
      },
      3,
      options,
    );
    expect(assigned).toEqual({
      system: 'automatrix',
      userId: 'ada',
      departmentId: 'finance',
      operation: 'plan',
      model: 'amazon.nova-pro',
      inputTokens: 10,
      modelFrom: 'trace',
    });
  });

  it('chooses the same again for the same seed and row, and only allowed systems', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.subarray([...TRACE_SYSTEMS], { minLength: 1 }),
        (seed, row, systems) => {
          const choose = () =>
            assignRequest({ inputTokens: 1, outputTokens: 1 }, row, { ...options, seed, systems });
          expect(choose()).toEqual(choose());
          expect(systems).toContain(choose().system);
        },
      ),
    );
  });

  it('spreads rows over all systems and departments', () => {
    const assigned = Array.from({ length: 3_000 }, (_, row) =>
      assignRequest({ inputTokens: 1, outputTokens: 1 }, row, options),
    );
    for (const system of TRACE_SYSTEMS) {
      const share = assigned.filter((request) => request.system === system).length / 3_000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05);
    }
    expect(new Set(assigned.map((request) => request.departmentId)).size).toBe(5);
  });

  it('leaves a conversation with one user', () => {
    expect(turn(1)).toEqual(turn(999));
  });

  it('takes the default model where the trace has none that is priced', () => {
    expect(modelFor('gpt-4o-mini', 'amazon.nova-pro')).toMatchObject({
      model: 'amazon.nova-pro',
      modelFrom: 'default',
    });
    expect(modelFor(undefined)).toMatchObject({ model: 'anthropic.claude-sonnet-4-6' });
  });
});

describe('pricedAs', () => {
  it.each([
    ['claude-3-5-haiku-20241022', 'anthropic.claude-3-5-haiku'],
    ['anthropic/claude-3-5-haiku-20241022', 'anthropic.claude-3-5-haiku'],
    ['us.anthropic.claude-3-5-haiku-20241022-v1:0', 'anthropic.claude-3-5-haiku'],
    ['claude-3-5', undefined],
    ['gpt-4', undefined],
    ['', undefined],
  ])('%s is %s', (name, priced) => {
    expect(pricedAs(name, options.pricedModels)).toBe(priced);
  });
});
