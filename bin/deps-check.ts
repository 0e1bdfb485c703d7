import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';
import { type DependencyPolicy, type Lockfile, lockfileFaults } from './tools/lockfile-review.ts';

const HELP = `Reviews what the lockfiles would install. It reads files only and contacts no registry.

  npm run deps:check

Every package must have a SHA-512 hash, no resolved URL and an approved license. An
install script must have a decision in allowScripts of package.json. The exit code
is 1 if a package breaks these rules.

npm run --silent sbom prints all packages as a CycloneDX document.`;

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['.', 'artillery'];

/** Permissive licenses, or (MPL) ones that only restrict changes to the package itself. */
const LICENSES: DependencyPolicy['licenses'] = new Set([
  'Unlicense',
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'MPL-2.0',
  'PSF-2.0',
  'WTFPL',
  'Zlib',
]);

/** Packages whose archive contains a license that the manifest does not state. */
const REVIEWED_LICENSES: DependencyPolicy['reviewedLicenses'] = new Map([
  ['xmlhttprequest-ssl', 'MIT'],
]);

type Manifest = { allowScripts?: Record<string, boolean> };

await runCommand(HELP, async (args) => {
  const { positionals } = commandLine(args, {});
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  let count = 0;
  const faults: string[] = [];
  for (const folder of FOLDERS) {
    const lockfile = await jsonOf<Lockfile>(folder, 'package-lock.json');
    const { allowScripts = {} } = await jsonOf<Manifest>(folder, 'package.json');
    count += Object.keys(lockfile.packages).length - 1;
    faults.push(
      ...lockfileFaults(lockfile, {
        licenses: LICENSES,
        reviewedLicenses: REVIEWED_LICENSES,
        installScripts: new Map(Object.entries(allowScripts)),
      }),
    );
  }
  for (const fault of faults) console.log(fault);
  console.log(`Reviewed ${count} packages; ${faults.length} are not allowed.`);
  return faults.length === 0 ? 0 : 1;
});

async function jsonOf<Shape>(folder: string, file: string): Promise<Shape> {
  return JSON.parse(await readFile(join(ROOT, folder, file), 'utf8')) as Shape;
}
