import { relative } from 'node:path';
import { type Expression, type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isBinaryExpression,
  isBindingElement,
  isComputedPropertyName,
  isElementAccessExpression,
  isNumericLiteral,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { API, type Checker, type Type, TypeFlags, type UnionType } from 'typescript/unstable/sync';

/** Names of a known set: literals in the code, list positions, symbols. */
const KNOWN =
  TypeFlags.StringLiteral |
  TypeFlags.EnumLiteral |
  TypeFlags.NumberLike |
  TypeFlags.ESSymbolLike |
  TypeFlags.Undefined;

/**
 * Every place in the given files that looks up an arbitrary text in an object: `record[name]`,
 * `name in record`, `{ [name]: value } = record`. Inherited names (`toString`, `constructor`) match
 * too, which breaks or misleads the code. Uses the type checker, so that lists, and records whose
 * names the code itself lists, pass.
 * @returns `domain/money.ts:12 record[name]` for each
 */
export function lookupsOfOutsideNames(
  root: string,
  isChecked: (file: string) => boolean,
): string[] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] });
    const project = snapshot.getProject(`${root}/tsconfig.json`);
    if (!project) throw new Error('the project cannot be opened');
    const { program, checker } = project;
    return program.getSourceFileNames().flatMap((path) => {
      const file = relative(root, path);
      const source = isChecked(file) ? program.getSourceFile(path) : undefined;
      if (!source) return [];
      const lookups = lookupsIn(source);
      const types = checker.getTypeAtLocation(lookups.map(({ name }) => name));
      return lookups
        .filter((_, position) => isAnyText(checker, types[position]))
        .map(({ node }) => {
          const line = source.text.slice(0, node.end).split('\n').length;
          return `${file}:${line} ${source.text.slice(node.pos, node.end).trim()}`;
        });
    });
  } finally {
    api.close();
  }
}

type Lookup = { node: Node; name: Expression };

function lookupsIn(source: Node): Lookup[] {
  const lookups: Lookup[] = [];
  const visit = (node: Node): void => {
    const name = nameAskedBy(node);
    if (name && !isStringLiteral(name) && !isNumericLiteral(name)) lookups.push({ node, name });
    node.forEachChild(visit);
  };
  visit(source);
  return lookups;
}

function nameAskedBy(node: Node): Expression | undefined {
  if (isElementAccessExpression(node)) return node.argumentExpression;
  if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.InKeyword) {
    return node.left;
  }
  if (!isBindingElement(node) || !node.propertyName) return undefined;
  return isComputedPropertyName(node.propertyName) ? node.propertyName.expression : undefined;
}

function isAnyText(checker: Checker, type: Type | undefined): boolean {
  if (!type) return true;
  const constraint = checker.getBaseConstraintOfType(type) ?? type;
  const parts =
    constraint.flags & TypeFlags.Union ? (constraint as UnionType).getTypes() : [constraint];
  return parts.some(({ flags }) => (flags & KNOWN) === 0);
}
