import { expect, test } from 'vitest';
import { openApiFindings } from '../../bin/openapi-lint.ts';
import { openApiDocument } from '../../contracts/openapi.ts';

test('Redocly and Spectral find nothing in the OpenAPI document', async () => {
  expect(await openApiFindings(openApiDocument())).toEqual([]);
});

test('each of them finds what is missing', async () => {
  const { servers: _servers, tags: _tags, ...document } = openApiDocument();
  const paths = Object.fromEntries(Object.entries(document.paths ?? {}).slice(0, 1));
  const findings = await openApiFindings({ ...document, paths });
  expect(findings).toContainEqual(expect.stringMatching(/^redocly no-empty-servers/));
  expect(findings).toContainEqual(expect.stringMatching(/^spectral operation-tag-defined/));
});
