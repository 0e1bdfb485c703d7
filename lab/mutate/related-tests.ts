import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ownValue } from '../../domain/own-value.ts';

/** Tests of built applications and the longest proofs, which do not run against mutants. */
export const LEFT_OUT = /^test\/(?:e2e|exhaustive|chaos|fuzz)\//;

/** Tests that take long, and come after all others. */
export const SLOW = /^test\/(?:local|lab|simulation|properties|stacks|tokens|bin)\//;

/** How many test files a mutant meets at most, beyond the nearest ones. */
export const MOST_FURTHER = 60;

/** Tests that compare whole tables of figures, limits and answers, wherever these are written. */
const TABLES =
  /^test\/(?:domain\/recorded-data|contracts\/(?:limits|published-\w+)|services\/freshness|lambdas\/(?:examples|function-facts))\.test\.ts$/;

/** A test file, and how many imports lead from it to a file. */
export type RelatedTest = { test: string; distance: number };

/** Test files that import a file directly or indirectly, the nearest first and slow ones last. */
export type RelatedTests = {
  /** The nearest ones, and every test of whole tables among the others. */
  nearest(file: string): readonly RelatedTest[];
  /** Those after the nearest, up to `MOST_FURTHER`. */
  further(file: string): readonly RelatedTest[];
  all(file: string): readonly RelatedTest[];
};

/**
 * Reads the run-time imports of every file in the tree, and which files tests run as commands. Type
 * imports do not count.
 */
export function relatedTests(root: string, maxFiles: number): RelatedTests {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const importers = new Map<string, string[]>();
  const exclude = ['node_modules/**', 'artillery/node_modules/**', 'cdk.out/**', 'dist/**'];
  for (const file of globSync('*/**/*.ts', { cwd: root, exclude })) {
    const source = readFileSync(join(root, file), 'utf8');
    const commands = [...source.matchAll(/runScript\('([\w:]+)'/g)].map(
      ([, name = '']) => /^node (\S+)/.exec(ownValue(scripts, name) ?? '')?.[1] ?? '',
    );
    for (const target of [...importsOf(root, file, source), ...commands]) {
      importers.set(target, [...(importers.get(target) ?? []), file]);
    }
  }
  const all = (file: string): RelatedTest[] => {
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
          Number(SLOW.test(a)) - Number(SLOW.test(b)) ||
          aDistance - bDistance ||
          Number(isMirror(b)) - Number(isMirror(a)),
      )
      .map(([test, distance]) => ({ test, distance }));
  };
  const isNear = ({ test }: RelatedTest, place: number): boolean =>
    (place < maxFiles && !SLOW.test(test)) || TABLES.test(test);
  return {
    nearest: (file) => all(file).filter(isNear),
    further: (file) =>
      all(file)
        .filter((related, place) => !isNear(related, place))
        .slice(0, MOST_FURTHER),
    all,
  };
}

function importsOf(root: string, file: string, source: string): string[] {
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
