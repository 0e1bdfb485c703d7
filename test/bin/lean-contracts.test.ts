import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { leanSource } from '../../bin/tools/lean-contracts.ts';

/** What a bundle keeps of a contract, if its only reader takes `routes`. */
async function bundled(contract: string): Promise<string> {
  const contents = `${leanSource('contract.ts', contract)}\nconsole.log(routes);`;
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts' },
    bundle: true,
    treeShaking: true,
    format: 'esm',
    external: ['zod', './route.ts'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

test('a contract keeps what its reader uses, and loses answers and schemas without a reader', async () => {
  const lean = await bundled(`
    import * as z from 'zod';
    import { defineRoute } from './route.ts';
    const named = z.string().min(1);
    const view = z.object({ ...z.object({ shown: named }).shape });
    const other = named.refine((text: string) => text !== 'forbidden');
    const body = z.object({ asked: named.superRefine((text, c) => { c.addIssue('kept'); }) });
    const routes = { create: defineRoute({ body, responses: { 201: { schema: view } } }) };
  `);
  expect(lean).toMatch(/asked[^]*kept/);
  expect(lean).toMatch(/responses: \{\}/);
  expect(lean).not.toMatch(/shown|forbidden/);
});
