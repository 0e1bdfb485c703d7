import { ownValue } from '../../domain/own-value.ts';
import { parseSync, visitorKeys } from 'oxc-parser';
import type { MutationPoint, Operator } from './mutation.ts';

/** A node of the syntax tree, as this file reads it. */
type Node = { type: string; start: number; end: number } & Record<string, unknown>;

const BOUNDARY: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const EQUALITY: Record<string, string> = { '===': '!==', '!==': '===' };
const ARITHMETIC: Record<string, string> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
};
const RETURNS = ['undefined', '[]', "''", '0', '0n', 'false', '{}'];
/** Logs and descriptions are for people; testing every word would only duplicate them. */
const FOR_PEOPLE = /^(?:telemetry|console)\.(?:info|warn|error)$|\.(?:describe|meta)$/;
const PROSE = /^[^=#]*[A-Za-z]{2,},? [a-z]{2,}/;

/** Every place in a source text where a small change makes a different program. */
export function mutationPoints(file: string, source: string): MutationPoint[] {
  const { program, errors } = parseSync(file, source, { preserveParens: false });
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const points: MutationPoint[] = [];
  const add = (
    operator: Operator,
    replaced: { start: number; end: number },
    alternatives: readonly string[],
    probed: MutationPoint['probed'] = replaced,
  ): void => {
    const { start, end } = replaced;
    const unlike = alternatives.filter((text) => text !== source.slice(start, end));
    if (unlike.length === 0) return;
    const { shorthand } = probed;
    points.push({
      file,
      operator,
      replaced: { start, end },
      alternatives: unlike,
      probed: { start: probed.start, end: probed.end, ...(shorthand ? { shorthand } : {}) },
    });
  };
  visit(program as unknown as Node, { source, add });
  return points;
}

type Visit = {
  source: string;
  add: (
    operator: Operator,
    replaced: { start: number; end: number },
    alternatives: readonly string[],
    probed?: MutationPoint['probed'],
  ) => void;
};

function visit(node: Node, context: Visit): void {
  if (isSkipped(node, context.source)) return;
  ownValue(MUTATIONS, node.type)?.(node, context);
  for (const key of ownValue(visitorKeys, node.type) ?? []) {
    // Names of members and modules are not values.
    if ((key === 'key' || key === 'property') && node['computed'] === false) continue;
    if (key === 'source') continue;
    for (const child of [ownValue(node, key)].flat()) if (isNode(child)) visit(child, context);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

/** At run time, only the expression in `as`, `satisfies` and `!` exists. */
const VALUE_OF_TYPED = /^TS(?:As|Satisfies|NonNull)Expression$/;

function isSkipped(node: Node, source: string): boolean {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  if (node.type.startsWith('TS')) return !VALUE_OF_TYPED.test(node.type);
  return node.type === 'CallExpression' && FOR_PEOPLE.test(textOf(node['callee'] as Node, source));
}

const textOf = ({ start, end }: Node, source: string): string => source.slice(start, end);

/** Possible changes by node type. */
const MUTATIONS: Record<string, (node: Node, context: Visit) => void> = {
  BinaryExpression(node, { source, add }) {
    const operator = String(node['operator']);
    const change = (kind: Operator, to: string | undefined): void => {
      if (to !== undefined) add(kind, node, [withOperator(node, to, source)]);
    };
    change('boundary', ownValue(BOUNDARY, operator));
    change('condition', ownValue(EQUALITY, operator));
    change('arithmetic', ownValue(ARITHMETIC, operator));
  },
  AssignmentExpression(node, { source, add }) {
    const to = ownValue(ARITHMETIC, String(node['operator']));
    if (to !== undefined) add('arithmetic', node, [withOperator(node, to, source)]);
  },
  UpdateExpression(node, { source, add }) {
    const text = textOf(node, source);
    const swapped = text.includes('++') ? text.replace('++', '--') : text.replace('--', '++');
    add('arithmetic', node, [swapped]);
  },
  UnaryExpression(node, { source, add }) {
    const argument = textOf(node['argument'] as Node, source);
    if (node['operator'] === '-') add('arithmetic', node, [argument]);
    if (node['operator'] === '!') add('condition', node, [argument]);
  },
  LogicalExpression(node, { source, add }) {
    const left = textOf(node['left'] as Node, source);
    if (node['operator'] === '??') return add('fallback', node, [left]);
    add('logic', node, [withOperator(node, node['operator'] === '&&' ? '||' : '&&', source)]);
  },
  IfStatement: negated,
  ConditionalExpression: negated,
  WhileStatement: negated,
  Literal(node, { source, add }) {
    const { value } = node;
    if (typeof value === 'boolean') add('constant', node, [String(!value)]);
    if (typeof value === 'number') add('constant', node, [String(value + 1), `(${value - 1})`]);
    if (typeof value === 'bigint') add('constant', node, [`${value + 1n}n`, `(${value - 1n}n)`]);
    if (typeof value === 'string' && value !== '' && !PROSE.test(value)) {
      if (textOf(node, source).length > 2) add('string', node, ["''"]);
    }
  },
  ExpressionStatement(node, { source, add }) {
    const expression = node['expression'] as Node;
    const call =
      expression.type === 'AwaitExpression' ? (expression['argument'] as Node) : expression;
    if (call.type !== 'CallExpression') return;
    if (!FOR_PEOPLE.test(textOf(call['callee'] as Node, source)))
      add('call', expression, ['void 0']);
  },
  ArrayExpression(node, { source, add }) {
    for (const element of node['elements'] as (Node | null)[]) {
      if (element) add('element', withComma(element, source), [''], valueOf(element));
    }
  },
  ObjectExpression(node, { source, add }) {
    for (const member of node['properties'] as Node[]) {
      if (member['method'] === true || member['kind'] === 'get') continue;
      const probed =
        member['shorthand'] === true ? { ...rangeOf(member), shorthand: true } : undefined;
      add('member', withComma(member, source), [''], probed ?? valueOf(member));
    }
  },
  ReturnStatement(node, { source, add }) {
    const argument = node['argument'] as Node | null;
    if (argument) returned(argument, source, add);
  },
  ArrowFunctionExpression(node, { source, add }) {
    const body = node['body'] as Node;
    if (body.type !== 'BlockStatement') returned(body, source, add);
  },
};

const rangeOf = ({ start, end }: Node): { start: number; end: number } => ({ start, end });

/** The expression that gives a member or element its value. */
function valueOf(node: Node): { start: number; end: number } {
  if (node.type === 'Property') return rangeOf(node['value'] as Node);
  return rangeOf(node.type === 'SpreadElement' ? (node['argument'] as Node) : node);
}

function negated(node: Node, { source, add }: Visit): void {
  const test = node['test'] as Node;
  // Other operators already negate these.
  const isNegatedElsewhere =
    (test.type === 'BinaryExpression' && Object.hasOwn(EQUALITY, String(test['operator']))) ||
    (test.type === 'UnaryExpression' && test['operator'] === '!');
  if (!isNegatedElsewhere) add('condition', test, [`!(${textOf(test, source)})`]);
}

function returned(value: Node, source: string, add: Visit['add']): void {
  const start = source[value.start - 1] === '(' && value.type === 'ObjectExpression';
  add('return', value, start ? RETURNS.filter((text) => text !== '{}') : RETURNS);
}

/** A binary expression's text with a different operator. */
function withOperator(node: Node, operator: string, source: string): string {
  const [left, right] = [node['left'] as Node, node['right'] as Node];
  const between = source.slice(left.end, right.start).replace(String(node['operator']), operator);
  return source.slice(node.start, left.end) + between + source.slice(right.start, node.end);
}

/** The range of an element or member including its trailing comma. */
function withComma({ start, end }: Node, source: string): { start: number; end: number } {
  const comma = /^\s*,/.exec(source.slice(end));
  return { start, end: end + (comma?.[0].length ?? 0) };
}
