import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Slow tests and ledger proofs, which do not run against mutants. */
export const LEFT_OUT =
  /^test\/(?:e2e|local|lab|simulation|exhaustive|properties|chaos|fuzz|tokens|bin)\//;

/** Tests that compare whole tables of figures, limits and answers, wherever these are written. */
const TABLES =
  /^test\/(?:domain\/recorded-data|contracts\/(?:limits|published-\w+)|services\/freshness|lambdas\/examples)\.test\.ts$/;

/** Test files that import a file directly or indirectly, the nearest first. */
export type RelatedTests = {
  /** The nearest ones, and every test of whole tables among the others. */
  nearest(file: string): readonly string[];
  all(file: string): readonly string[];
};

/** Reads the run-time imports of every file in the tree. Type imports do not count. */
export function relatedTests(root: string, maxFiles: number): RelatedTests {
  const importers = new Map<string, string[]>();
  const exclude = ['node_modules/**', 'artillery/node_modules/**', 'cdk.out/**', 'dist/**'];
  for (const file of globSync('*/**/*.ts', { cwd: root, exclude })) {
    for (const target of importsOf(root, file)) {
      importers.set(target, [...(importers.get(target) ?? []), file]);
    }
  }
  const all = (file: string): string[] => {
    const distances = new Map([[file, 0]]);
    // Iterating over a map includes entries added along the way, which gives nearest first.
    for (const [reached, distance] of distances) {
      for (const importer of importers.get(reached) ?? []) {
        if (!distances.has(importer)) distances.set(importer, distance + 1);
      }
    }
    const isTest = (name: string): boolean => name.endsWith('.test.ts') && !LEFT_OUT.test(name);
    const isMirror = (name: string): boolean => dirname(name) === `test/${dirname(file)}`;
    return [...distances]
      .filter(([name]) => isTest(name))
      .toSorted(
        ([a, aDistance], [b, bDistance]) =>
          aDistance - bDistance || Number(isMirror(b)) - Number(isMirror(a)),
      )
      .map(([name]) => name);
  };
  return {
    nearest: (file) => all(file).filter((name, place) => place < maxFiles || TABLES.test(name)),
    all,
  };
}

function importsOf(root: string, file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const { module } = parseSync(file, source);
  const specifiers = [
    ...module.staticImports
      .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
      .map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest && !isType ? [moduleRequest.value] : [],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      source.slice(start + 1, end - 1),
    ),
  ];
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)))
    .flatMap((target) => filesOf(root, target));
}

/** A module imported by a computed name may be any file of that form. */
const filesOf = (root: string, target: string): string[] =>
  target.includes('${')
    ? globSync(target.replaceAll(/\$\{[^}]*\}/g, '*'), { cwd: root })
    : [target];
