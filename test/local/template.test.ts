import { describe, expect, it } from 'vitest';
import type { AssemblyStack, Template } from '../../local/template/assembly.ts';
import { noValue, resolveIntrinsics } from '../../local/template/intrinsics.ts';
import type { ReferenceSource } from '../../local/template/intrinsics.ts';
import { resolveTemplate } from '../../local/template/local-template.ts';
import { unsupportedResources } from '../../local/template/unsupported-resources.ts';

const source: ReferenceSource = {
  ref: (id) => (id === 'AWS::NoValue' ? noValue : `ref-${id}`),
  attribute: (id, attribute) => `${id}/${attribute}`,
  importValue: (name) => `import-${name}`,
  mapping: (...path) => path.join('/'),
  condition: (name) => name === 'yes',
};

describe('intrinsic functions', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'A' }, 'ref-A'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['A', 'Outputs.B'] }, 'A/Outputs.B'],
    ['GetAtt as text', { 'Fn::GetAtt': 'A.Arn' }, 'A/Arn'],
    ['Join', { 'Fn::Join': ['-', ['x', { Ref: 'A' }, 1]] }, 'x-ref-A-1'],
    ['Join over Split', { 'Fn::Join': ['', { 'Fn::Split': [',', 'a,b'] }] }, 'ab'],
    ['Select', { 'Fn::Select': ['1', ['a', { Ref: 'B' }]] }, 'ref-B'],
    ['Sub', { 'Fn::Sub': '${A}:${B.Arn}:${!literal}' }, 'ref-A:B/Arn:${literal}'],
    ['Sub with variables', { 'Fn::Sub': ['${x}-${A}', { x: { Ref: 'B' } }] }, 'ref-B-ref-A'],
    ['ImportValue', { 'Fn::ImportValue': 'e' }, 'import-e'],
    ['FindInMap', { 'Fn::FindInMap': ['m', 'a', { Ref: 'b' }] }, 'm/a/ref-b'],
    ['If', { 'Fn::If': ['yes', 1, 2] }, 1],
    ['If not', { 'Fn::If': ['no', 1, { Ref: 'A' }] }, 'ref-A'],
    ['Base64', { 'Fn::Base64': 'x' }, 'eA=='],
    ['no value in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['no value in a list', [{ Ref: 'AWS::NoValue' }, 1], [1]],
    [
      'a property named Condition',
      { Condition: { a: { Ref: 'A' } } },
      { Condition: { a: 'ref-A' } },
    ],
    ['conditions', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, true],
    ['plain values', { a: [1, true, null] }, { a: [1, true, null] }],
  ])('resolves %s', (_name, value, expected) => {
    expect(resolveIntrinsics(value, source)).toEqual(expected);
  });

  it('refuses one it does not know', () => {
    expect(() => resolveIntrinsics({ 'Fn::Transform': {} }, source)).toThrow(/Fn::Transform/);
  });
});

describe('a template', () => {
  const stack = (name: string, template: Template): AssemblyStack => ({
    name,
    template,
    assets: new Map(),
  });
  const addresses = { queueBaseUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:2' };

  it('names resources and follows exports between stacks', () => {
    const template = resolveTemplate(
      [
        stack('Data', {
          Resources: {
            T: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { TableName: 'things' } },
            Q: { Type: 'AWS::SQS::Queue' },
          },
          Outputs: { O: { Value: { 'Fn::GetAtt': ['T', 'Arn'] }, Export: { Name: 'Data:T' } } },
        }),
        stack('App', {
          Resources: {
            F: {
              Type: 'AWS::Lambda::Function',
              Properties: { Environment: { Table: { 'Fn::ImportValue': 'Data:T' } } },
            },
            A: {
              Type: 'AWS::Lambda::Alias',
              Properties: { FunctionName: { Ref: 'F' }, Name: 'live' },
            },
          },
        }),
      ],
      addresses,
    );
    const named = Object.fromEntries(template.resources.map((r) => [r.logicalId, r]));
    expect(named['F']?.properties).toEqual({
      Environment: { Table: 'arn:aws:dynamodb:us-east-1:000000000000:table/things' },
    });
    expect(named['A']?.ref).toBe('arn:aws:lambda:us-east-1:000000000000:function:App-F:live');
    expect(named['Q']?.ref).toBe('http://127.0.0.1:1/000000000000/Data-Q');
  });

  it('leaves out what a condition excludes and says where a reference fails', () => {
    const conditional = resolveTemplate(
      [
        stack('S', {
          Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
          Resources: { X: { Type: 'AWS::SQS::Queue', Condition: 'Never' } },
        }),
      ],
      addresses,
    );
    expect(conditional.resources).toEqual([]);
    const broken = stack('S', {
      Resources: { X: { Type: 'AWS::SQS::Queue', Properties: { P: { Ref: 'Gone' } } } },
    });
    expect(() => resolveTemplate([broken], addresses)).toThrow('S/X (AWS::SQS::Queue)');
  });

  it('warns of types that would matter, not of those that do nothing here', () => {
    const template = resolveTemplate(
      [
        stack('S', {
          Resources: {
            A: { Type: 'AWS::Kinesis::Stream' },
            B: { Type: 'AWS::IAM::Role' },
            C: { Type: 'AWS::CDK::Metadata' },
          },
        }),
      ],
      addresses,
    );
    expect(unsupportedResources(template)).toEqual([
      'AWS::Kinesis::Stream is not part of the local run and is left out: A',
    ]);
  });
});
