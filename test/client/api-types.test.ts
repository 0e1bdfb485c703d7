import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { type ApiDocument, apiTypesOf } from '../../bin/tools/api-types.ts';
import { openApiDocument } from '../../contracts/openapi.ts';

const CLIENT = join(import.meta.dirname, '../../client');

test('the types are those of the document: npm run client', () => {
  const stored = readFileSync(join(CLIENT, 'api-types.ts'), 'utf8');
  expect(stored).toBe(apiTypesOf(openApiDocument() as ApiDocument));
});

test('a browser can load the client, without any dependency', async () => {
  const { metafile } = await build({
    entryPoints: [join(CLIENT, 'purser.ts')],
    bundle: true,
    platform: 'browser',
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('node_modules'))).toEqual([]);
});
