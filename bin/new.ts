import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `Creates the files of a new Lambda function.

  npm run new -- function NAME

  NAME     lower case with dashes, such as send-invoices
  --help   this text`;

const { values: options, positionals } = parseArgs({
  options: { help: { type: 'boolean', short: 'h', default: false } },
  allowPositionals: true,
});
const [kind, name = ''] = positionals;
if (options.help) console.log(HELP);
else if (kind !== 'function' || !/^[a-z]+(-[a-z]+)*$/.test(name)) fail(HELP);
else create(name);

function create(functionName: string): void {
  const root = join(import.meta.dirname, '..');
  const symbol = functionName.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const files = filesOf(functionName, symbol);
  const existing = Object.keys(files).find((file) => existsSync(join(root, file)));
  if (existing) return fail(`${existing} already exists.`);
  mkdirSync(join(root, 'lambdas', functionName));
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(root, file), text);
    console.log(`created ${file}`);
  }
  console.log(`
Next:
- lambdas/functions.ts: import ${symbol} and add it to FUNCTIONS.
- lambdas/${functionName}/function.ts: write description and humanImpact; add routes, a schedule,
  a stream or a queue, and the tables and capabilities that it uses.
- composition/: build its services, and pass them to createHandler in index.ts.
Then run: npm run check && npm test -- test/lambdas/${functionName}.test.ts test/stacks`);
}

function filesOf(functionName: string, symbol: string): Record<string, string> {
  const folder = `lambdas/${functionName}`;
  return {
    [`${folder}/function.ts`]: `import { defineFunction } from '../function-definition.ts';

export const ${symbol} = defineFunction({
  name: '${functionName}',
  description: 'TODO: what it does, in one sentence',
  humanImpact: 'TODO: what people lose while it fails.',
  memoryMiB: 512,
  timeoutSeconds: 10,
});
`,
    [`${folder}/handler.ts`]: `type Deps = { now: () => number };

/** TODO: what it does, and when it throws. */
export const createHandler = (deps: Deps) => async (): Promise<{ atMs: number }> => ({
  atMs: deps.now(),
});
`,
    [`${folder}/index.ts`]: `import { openFunction } from '../edge/open-function.ts';
import { ${symbol} } from './function.ts';
import { createHandler } from './handler.ts';

const { world } = openFunction(${symbol});

export const handler = createHandler(world);
`,
    [`test/lambdas/${functionName}.test.ts`]: `import { expect, test } from 'vitest';
import { createHandler } from '../../${folder}/handler.ts';

test('TODO: what the function does', async () => {
  const handler = createHandler({ now: () => 42 });
  expect(await handler()).toEqual({ atMs: 42 });
});
`,
  };
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
