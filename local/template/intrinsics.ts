import { ownValue } from '../own-value.ts';

/** Resolves names in intrinsic functions. Each method returns `undefined` for "no value". */
export type ReferenceSource = {
  ref(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  importValue(exportName: string): unknown;
  mapping(map: string, first: string, second: string): unknown;
  condition(name: string): boolean;
};

/** Represents `AWS::NoValue`: removes the property or list element that contains it. */
export const noValue = Symbol('AWS::NoValue');

/**
 * Resolves the intrinsic functions in a template value: Ref, Fn::GetAtt, Fn::Join, Fn::Sub,
 * Fn::Select, Fn::Split, Fn::ImportValue, Fn::FindInMap, Fn::If and the condition functions,
 * Fn::Base64, Fn::GetAZs. Throws an `Error` for an unknown one.
 */
export function resolveIntrinsics(value: unknown, source: ReferenceSource): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolveIntrinsics(entry, source)).filter((v) => v !== noValue);
  }
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only !== undefined && (only === 'Ref' || only === 'Condition' || only.startsWith('Fn::'))) {
    // A property that happens to be named Condition (in IAM policies) contains an object.
    if (only !== 'Condition' || typeof ownValue(value, only) === 'string') {
      return callIntrinsic(only, ownValue(value, only), source);
    }
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, resolveIntrinsics(entry, source)] as const)
      .filter(([, entry]) => entry !== noValue),
  );
}

function callIntrinsic(name: string, argument: unknown, source: ReferenceSource): unknown {
  const resolve = (value: unknown): unknown => resolveIntrinsics(value, source);
  switch (name) {
    case 'Ref':
      return source.ref(String(argument));
    case 'Fn::GetAtt': {
      const [logicalId, ...rest] =
        typeof argument === 'string' ? argument.split('.') : list(argument).map(String);
      return source.attribute(logicalId ?? '', rest.join('.'));
    }
    case 'Fn::Join': {
      const [separator, parts] = list(argument);
      return list(resolve(parts)).map(text).join(String(separator));
    }
    case 'Fn::Sub':
      return substitute(argument, source);
    case 'Fn::Select': {
      const [index, values] = list(argument);
      return list(resolve(values))[Number(resolve(index))];
    }
    case 'Fn::Split': {
      const [separator, value] = list(argument);
      return text(resolve(value)).split(String(separator));
    }
    case 'Fn::ImportValue':
      return source.importValue(text(resolve(argument)));
    case 'Fn::FindInMap': {
      const [map, first, second] = list(argument).map((part) => text(resolve(part)));
      return source.mapping(map ?? '', first ?? '', second ?? '');
    }
    case 'Fn::Base64':
      return Buffer.from(text(resolve(argument))).toString('base64');
    case 'Fn::GetAZs':
      return ['us-east-1a', 'us-east-1b', 'us-east-1c'];
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = list(argument);
      return resolve(source.condition(String(condition)) ? whenTrue : whenFalse);
    }
    case 'Condition':
      return source.condition(String(argument));
    case 'Fn::Equals': {
      const [left, right] = list(resolve(argument));
      return text(left) === text(right);
    }
    case 'Fn::Not':
      return list(resolve(argument))[0] !== true;
    case 'Fn::And':
      return list(resolve(argument)).every((part) => part === true);
    case 'Fn::Or':
      return list(resolve(argument)).includes(true);
    default:
      throw new Error(`${name} is not an intrinsic function the local run knows.`);
  }
}

function substitute(argument: unknown, source: ReferenceSource): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const values = isRecord(variables) ? variables : {};
  return String(template).replaceAll(
    /\$\{(!?)([^}]+)\}/g,
    (_match, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(values, name)) {
        return text(resolveIntrinsics(ownValue(values, name), source));
      }
      const dot = name.indexOf('.');
      return text(
        dot < 0 ? source.ref(name) : source.attribute(name.slice(0, dot), name.slice(dot + 1)),
      );
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function text(value: unknown): string {
  if (value === undefined || value === null || value === noValue) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
