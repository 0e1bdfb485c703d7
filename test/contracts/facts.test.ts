import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FACTS } from '../../contracts/telemetry.ts';

const ROOT = join(import.meta.dirname, '../..');
const CALL = /\b(?:telemetry|witness\??)\.(?:info|warn|error)\(\s*'([A-Z_]+)',\s*\{([^}]*)\}/g;

/** The facts that the code names where it logs, as `CODE fact`. */
const named = globSync('{aws,composition,lambdas,services,tables}/**/*.ts', { cwd: ROOT }).flatMap(
  (file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(CALL)].flatMap(([, code, facts = '']) =>
      facts
        .split(',')
        .map((fact) => /^\s*(\w+)/.exec(fact)?.[1])
        .filter((fact) => fact !== undefined && fact !== 'error')
        .map((fact) => ({ code, fact: String(fact) })),
    ),
);

test('every fact that the code logs is named in FACTS', () => {
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ fact }) => !FACTS.has(fact))).toEqual([]);
});
