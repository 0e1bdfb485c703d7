import { describe, expect, test } from 'vitest';
import { modelStem, parseModelId } from '../../../domain/pricing/model-id.ts';

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

describe('parseModelId', () => {
  test.each([
    [HAIKU, { model: HAIKU }],
    [`us.${HAIKU}`, { model: HAIKU, profile: 'us', geography: 'us' }],
    [`us-gov.${HAIKU}`, { model: HAIKU, profile: 'us-gov', geography: 'us-gov' }],
    [`global.${HAIKU}`, { model: HAIKU, profile: 'global' }],
    [
      `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${HAIKU}`,
      { model: HAIKU, profile: 'eu', geography: 'eu' },
    ],
    [
      `arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${HAIKU}`,
      { model: HAIKU, geography: 'in-region' },
    ],
    ['anthropic/claude-3-5-sonnet-20241022', { model: 'claude-3-5-sonnet-20241022' }],
    ['us.example', { model: 'us.example' }],
  ])('reads %s', (text, id) => {
    expect(parseModelId(text)).toEqual(id);
  });

  test('leaves an application inference profile as it is, since its name tells no model', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123';
    expect(parseModelId(arn)).toEqual({ model: arn });
    expect(modelStem(arn)).toBe(arn);
  });
});

describe('modelStem', () => {
  test.each([
    [HAIKU, 'anthropic.claude-haiku-4-5'],
    ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5'],
    ['anthropic.claude-opus-4-6-v1', 'anthropic.claude-opus-4-6'],
    ['anthropic.claude-sonnet-5', 'anthropic.claude-sonnet-5'],
    ['amazon.nova-pro-v1:0:300k', 'amazon.nova-pro'],
    ['mistral.mistral-7b-instruct-v0:2', 'mistral.mistral-7b-instruct'],
    ['claude-haiku-4-5@20251001', 'claude-haiku-4-5'],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet'],
    ['gpt-4-turbo-2024-04-09', 'gpt-4-turbo-2024-04-09'],
    ['deepseek/deepseek-chat', 'deepseek-chat'],
  ])('of %s is %s', (text, stem) => {
    expect(modelStem(text)).toBe(stem);
    expect(modelStem(stem)).toBe(stem);
  });
});
