import { describe, expect, test } from 'vitest';
import { modelStem, opaqueName, parseModelId } from '../../../domain/pricing/model-id.ts';

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
      { model: HAIKU, geography: 'us-gov', region: 'us-gov-west-1' },
    ],
    ['anthropic/claude-3-5-sonnet-20241022', { model: 'claude-3-5-sonnet-20241022' }],
    [
      `arn:aws:bedrock:eu-west-1::foundation-model/${HAIKU}`,
      { model: HAIKU, geography: 'in-region', region: 'eu-west-1' },
    ],
    [
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.${HAIKU}`,
      { model: HAIKU, profile: 'global' },
    ],
    [`bedrock/${HAIKU}`, { model: HAIKU }],
    [`bedrock/converse/us.${HAIKU}`, { model: HAIKU, profile: 'us', geography: 'us' }],
    [
      'bedrock/ap-northeast-1/qwen.qwen3-coder-next',
      { model: 'qwen.qwen3-coder-next', geography: 'in-region', region: 'ap-northeast-1' },
    ],
    [
      'bedrock/us-gov-east-1/amazon.nova-pro-v1:0',
      { model: 'amazon.nova-pro-v1:0', geography: 'us-gov', region: 'us-gov-east-1' },
    ],
    ['bedrock_mantle/openai.gpt-5.4', { model: 'openai.gpt-5.4' }],
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

describe('opaqueName', () => {
  const arn = (resource: string) => `arn:aws:bedrock:us-east-1:123456789012:${resource}`;

  test.each([
    ['application-inference-profile/a1b2', 'application-inference-profile'],
    ['provisioned-model/x9', 'provisioned-model'],
    ['custom-model-deployment/x9', 'custom-model-deployment'],
    ['imported-model/x9', 'imported-model'],
    ['default-prompt-router/anthropic.claude:1', 'prompt-router'],
  ])('knows %s', (resource, kind) => {
    expect(opaqueName(arn(resource))).toBe(kind);
    expect(modelStem(arn(resource))).toBe(arn(resource));
  });

  test('leaves names that tell a model', () => {
    expect(opaqueName(arn(`inference-profile/eu.${HAIKU}`))).toBeUndefined();
    expect(opaqueName(HAIKU)).toBeUndefined();
  });
});

describe('modelStem', () => {
  test.each([
    [HAIKU, 'anthropic.claude-haiku-4-5'],
    ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-haiku-4-5'],
    ['anthropic.claude-opus-4-6-v1', 'anthropic.claude-opus-4-6'],
    ['anthropic.claude-sonnet-5', 'anthropic.claude-sonnet-5'],
    ['amazon.nova-pro-v1:0:300k', 'amazon.nova-pro'],
    ['amazon.titan-embed-text-v2:0', 'amazon.titan-embed-text-v2'],
    ['amazon.titan-embed-text-v1', 'amazon.titan-embed-text-v1'],
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
