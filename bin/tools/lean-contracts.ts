import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { parseSync, Visitor } from 'oxc-parser';

/**
 * Leaves out of a bundle what its function never reads of the contracts: the schemas of other
 * routes, and of answers, which only the document and tests read. Every schema that is built costs
 * time in a fresh environment.
 */
export const leanContracts: Plugin = {
  name: 'lean-contracts',
  setup: (bundling) =>
    bundling.onLoad({ filter: /[/\\]contracts[/\\][^/\\]+\.ts$/ }, ({ path }) => ({
      contents: leanSource(path, readFileSync(path, 'utf8')),
      loader: 'ts',
    })),
};

/**
 * Marks the values of a module's constants as pure, so that the bundler drops those without a
 * reader, and empties the answers of its routes. Modules of contracts only declare things.
 */
export function leanSource(path: string, source: string): string {
  const edits: { at: number; until: number; text: string }[] = [];
  const { program } = parseSync(path, source);
  for (const statement of program.body) {
    const declared =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration') continue;
    for (const { init } of declared.declarations) {
      if (!init) continue;
      edits.push({ at: init.start, until: init.start, text: '/* @__PURE__ */ (() => (' });
      edits.push({ at: init.end, until: init.end, text: '))()' });
    }
  }
  new Visitor({
    CallExpression({ callee, arguments: [route] }) {
      if (callee.type !== 'Identifier' || callee.name !== 'defineRoute') return;
      if (route?.type !== 'ObjectExpression') return;
      for (const property of route.properties) {
        if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
        if (property.key.name !== 'responses') continue;
        edits.push({ at: property.value.start, until: property.value.end, text: '{}' });
      }
    },
  }).visit(program);
  let lean = source;
  for (const { at, until, text } of edits.toSorted((first, second) => second.at - first.at)) {
    lean = lean.slice(0, at) + text + lean.slice(until);
  }
  return lean;
}
