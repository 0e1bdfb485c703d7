import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { type AdviceBounds, NO_BOUNDS } from '../../../domain/advice/bounds.ts';
import type { AdviceLeave } from '../../../domain/advice/leave.ts';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import { daily, factsOf, HAIKU, request, SONNET } from '../../support/advice-requests.ts';

const giving = (leave: Partial<AdviceLeave>, more: Partial<AdviceBounds> = {}): AdviceBounds => ({
  ...NO_BOUNDS,
  leave: { ...NO_BOUNDS.leave, ...leave },
  ...more,
});

const adviceWithin = (requests: readonly RequestFact[], bounds: AdviceBounds) =>
  advise({ ...factsOf(requests), bounds }).filter(
    ({ kind }) => kind === 'model-switch' || kind === 'place',
  );

const IN_US = daily(50, 12, (atMs) => request(atMs, { model: `us.${HAIKU}` }));

describe('a place', () => {
  const placeWithin = (bounds: AdviceBounds) =>
    adviceWithin(IN_US, bounds).filter(({ kind }) => kind === 'place');

  test('is advised with leave, and says from where to where', () => {
    for (const bounds of [
      giving({ places: ['global'] }),
      giving({}, { routing: { prefersGlobal: true } }),
    ]) {
      const [advice] = placeWithin(bounds);
      expect(advice?.isQuestion).toBe(false);
      expect(advice?.title).toMatch(
        /^Move relaycore\/chat from us to any region .*us costs 10 % more than global$/,
      );
    }
  });

  test('is a question without leave', () => {
    expect(placeWithin(NO_BOUNDS)).toMatchObject([{ isQuestion: true, group: undefined }]);
  });

  test('is neither where calls may only go to some regions, whatever has leave', () => {
    const routing = { regions: ['us-east-1'] };
    expect(placeWithin(giving({ places: ['global'] }, { routing }))).toEqual([]);
  });

  test('that costs the same is not advised', () => {
    const inEurope = daily(50, 12, (atMs) => request(atMs, { model: `eu.${HAIKU}` }));
    const advice = adviceWithin(inEurope, giving({ places: ['us', 'jp'] }));
    expect(advice.filter(({ isQuestion }) => !isQuestion)).toEqual([]);
  });
});

describe('another provider', () => {
  /** One of three requests goes to a cheap model of another provider. All are graded as equal. */
  const served = daily(90, 8, (atMs, _day, index) =>
    request(atMs, { model: index % 3 === 0 ? 'gpt-4o-mini' : `us.${SONNET}`, quality: 0.9 }),
  );
  const moved = (bounds: AdviceBounds): string[] =>
    adviceWithin(served, bounds).flatMap(({ change, title }) =>
      'toModel' in change && change.toModel === 'gpt-4o-mini' ? [title] : [],
    );

  test('is advised only with leave, and named', () => {
    expect(moved(NO_BOUNDS)).toEqual([]);
    expect(moved(giving({ providers: ['Anthropic'] }))).toEqual([]);
    expect(moved(giving({ providers: ['OpenAI'] }))).toEqual([
      expect.stringMatching(
        /^Serve relaycore\/chat with gpt-4o-mini from OpenAI instead of Amazon Bedrock: saves/,
      ),
    ]);
  });

  test('is not advised with a model whose budget forbids it', () => {
    const bounds = giving({ providers: ['OpenAI'] }, { closedModels: ['gpt-4o-mini'] });
    expect(moved(bounds)).toEqual([]);
  });

  test('serves from Bedrock only in a place that has leave', () => {
    const direct = daily(50, 12, (atMs) => request(atMs, { model: 'claude-opus-5-5' }));
    const targets = (bounds: AdviceBounds): string[] =>
      adviceWithin(direct, bounds).flatMap(({ change }) =>
        'toModel' in change ? [change.toModel] : [],
      );
    const toBedrock = giving({ providers: ['Amazon Bedrock'] });
    expect(targets(toBedrock).filter((model) => model.includes('anthropic.'))).toEqual([]);
    const inEurope = targets(giving({ providers: ['Amazon Bedrock'], places: ['eu'] }));
    expect(inEurope).toEqual([expect.stringMatching(/^(?:eu\.|claude-)/)]);
  });
});
