import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApiDocument } from '../contracts/openapi.ts';
import { type ApiDocument, apiTypesOf } from './tools/api-types.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';

const HELP = `Writes the types of the client from the OpenAPI document.

  npm run client

Run it after a change of contracts. A test compares client/api-types.ts with the document.`;

await runCommand(HELP, async (args) => {
  const { positionals } = commandLine(args, {});
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const file = join(import.meta.dirname, '../client/api-types.ts');
  await writeFile(file, apiTypesOf(openApiDocument() as ApiDocument));
  console.log('Wrote client/api-types.ts.');
  return 0;
});
