import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type DependencyPolicy,
  type LockedPackage,
  type Lockfile,
  lockfileFaults,
} from '../../bin/tools/lockfile-review.ts';
import { runScript } from '../support/run-script.ts';

const HASH = `sha512-${'a'.repeat(86)}==`;
const POLICY: DependencyPolicy = {
  licenses: new Set(['MIT', 'Zlib']),
  reviewedLicenses: new Map([['unstated', 'MIT']]),
  installScripts: new Map([['reviewed', false]]),
};
const locked = (name: string, over: LockedPackage = {}): Lockfile => ({
  lockfileVersion: 3,
  packages: {
    '': { version: '0.1.0' },
    [`node_modules/outer/node_modules/${name}`]: {
      version: '1.0.0',
      integrity: HASH,
      license: 'MIT',
      ...over,
    },
  },
});
const faultsOf = (name: string, over?: LockedPackage) => lockfileFaults(locked(name, over), POLICY);

describe('the review of a lockfile', () => {
  it.each<[string, LockedPackage]>([
    ['plain', {}],
    ['chosen', { license: '(GPL-3.0-or-later OR MIT)' }],
    ['both', { license: '(MIT AND Zlib)' }],
    ['unstated', { license: undefined }],
    ['reviewed', { hasInstallScript: true }],
    ['bundled', { inBundle: true, integrity: undefined }],
  ])('takes a package that is %s', (name, over) => {
    expect(faultsOf(name, over)).toEqual([]);
  });

  it.each<[string, LockedPackage, RegExp]>([
    ['no hash', { integrity: undefined }, /^a@1\.0\.0 has no SHA-512 hash/],
    ['a short hash', { integrity: 'sha512-abc=' }, /has no SHA-512 hash/],
    ['a weak hash', { integrity: `sha1-${'a'.repeat(27)}=` }, /has no SHA-512 hash/],
    ['a registry', { resolved: 'https://registry.example/a.tgz' }, /has a resolved URL/],
    ['a repository', { resolved: 'git+ssh://git@example.com/a.git' }, /has a resolved URL/],
    ['a folder', { link: true }, /links to a folder/],
    ['no license', { license: undefined }, /states no license/],
    ['another license', { license: 'GPL-3.0-only' }, /has the license GPL-3\.0-only/],
    ['one license too many', { license: '(MIT AND GPL-3.0-only)' }, /has the license/],
    ['an install script', { hasInstallScript: true }, /install script that nobody reviewed/],
  ])('refuses one with %s', (_, over, fault) => {
    const faults = faultsOf('a', over);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it('refuses a lockfile that names nothing', () => {
    expect(lockfileFaults({ lockfileVersion: 2, packages: {} }, POLICY)).toHaveLength(2);
  });
});

describe('npm run deps:check', () => {
  it('finds nothing in the lockfiles of the project', async () => {
    const { code, stdout } = await runScript('deps:check', []);
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
    expect(stdout).toMatch(/^Reviewed (\d+) packages; 0 are not allowed\.$/m);
    expect(Number(/\d+/.exec(stdout)?.[0])).toBeGreaterThanOrEqual(Object.keys(packages).length);
    expect(code).toBe(0);
  });
});
