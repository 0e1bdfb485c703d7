import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../contracts/openapi.ts';
import { policyTable } from '../../contracts/policy-table.ts';

const README = new URL('../../domain/access/README.md', import.meta.url);

/** A row's cells, ignoring the formatter's padding. */
const cellsOf = (row: string): string[] => row.split('|').map((cell) => cell.trim());

test('the README shows the policy as it is in force: npm run policy -- --write', () => {
  const shown = readFileSync(README, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const inForce = policyTable()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(shown.map(cellsOf)).toEqual(inForce.map(cellsOf));
});

test('the API reference says of every operation who may call it, and what limits mean', () => {
  const { paths } = openApiDocument();
  expect(paths?.['/v1/audit']?.get?.description).toBe(
    'Roles: operator, admin. A key limited to users, departments or systems is refused.',
  );
  expect(paths?.['/v1/costs/current']?.get?.description).toContain(
    'must name a scope of its own in the query',
  );
});
