import { expect, test } from 'vitest';
import { familyOf } from '../../../domain/prediction/kindred-routes.ts';
import { createOnlinePredictor } from '../../../domain/prediction/online-predictor.ts';
import { predictOutput } from '../../../domain/prediction/predict-output.ts';

test.each([
  ['anthropic.claude-sonnet-4-6', 'claude'],
  ['openrouter/anthropic/claude-3.7-sonnet', 'claude'],
  ['us.amazon.nova-pro', 'nova'],
  ['gpt-4o', 'gpt'],
  ['meta.llama3-3-70b-instruct', 'llama'],
  ['', ''],
])('the family of %s is "%s"', (model, family) => {
  expect(familyOf(model)).toBe(family);
});

test('a new model begins where its kindred are: the same operation of the same system', () => {
  const predictor = createOnlinePredictor();
  const learn = (model: string, operation: string, outputTokens: number): void => {
    for (let request = 0; request < 300; request += 1) {
      const route = { model, system: 'relaycore', operation };
      predictor.learn(route, { inputTokens: 500, outputTokens });
    }
  };
  learn('anthropic.claude-sonnet-4-5', 'classify', 12);
  learn('anthropic.claude-haiku-4-5', 'classify', 12);
  learn('amazon.nova-pro', 'classify', 12);
  learn('anthropic.claude-sonnet-4-5', 'draft', 1_500);
  const { medianTokens, basis } = predictOutput(
    { inputTokens: 500, model: 'new.model', system: 'relaycore', operation: 'classify', atMs: 0 },
    predictor.state,
  );
  expect(medianTokens).toBeLessThan(30);
  expect(basis).toBe('kindred-history');
});
