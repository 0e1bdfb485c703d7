import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENVIRONMENTS } from '../../lib/config.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as object;

test.each(ENVIRONMENTS)('the page explains every setting of %s', (environment) => {
  const explained = [...PAGE.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  expect(Object.keys(read(`environments/${environment}.json`))).toEqual(explained);
});

test('the commands of the page exist', () => {
  const { scripts } = read('package.json') as { scripts: Record<string, string> };
  const names = [...PAGE.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(4);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(names));
});
