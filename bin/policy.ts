import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { policyTable } from '../contracts/policy-table.ts';

const HELP = `Prints who may call which route, as a Markdown table.

  npm run policy -- [options]

  --write   puts the table into domain/access/README.md
  --help    this text`;

const README = new URL('../domain/access/README.md', import.meta.url);
const TABLE = /(<!-- policy -->\n)[\s\S]*?(\n<!-- end of policy -->)/;

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) console.log(HELP);
else if (options.write) {
  const text = readFileSync(README, 'utf8');
  writeFileSync(README, text.replace(TABLE, `$1\n${policyTable()}\n$2`));
} else console.log(policyTable());
