/** One package of a lockfile, as npm writes it. */
export type LockedPackage = {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  /** Comes inside the archive of another package, whose hash covers it. */
  inBundle?: boolean;
  hasInstallScript?: boolean;
};

export type Lockfile = { lockfileVersion: number; packages: Record<string, LockedPackage> };

/** What the project has decided on its dependencies. */
export type DependencyPolicy = {
  licences: ReadonlySet<string>;
  /** Packages without a licence that the policy knows, by name, and what a person found. */
  licenceFound: ReadonlyMap<string, string>;
  /** Packages whose install scripts were reviewed, by name: whether they may run. */
  installScripts: ReadonlyMap<string, boolean>;
};

/**
 * What a lockfile has that the policy does not allow, one line each: packages without a hash, from a
 * named registry or another source, with a licence nobody agreed to, or with install scripts nobody
 * reviewed.
 */
export function lockfileFaults(lockfile: Lockfile, policy: DependencyPolicy): string[] {
  const faults: string[] = [];
  if (lockfile.lockfileVersion !== 3) {
    faults.push(`the lockfile has version ${lockfile.lockfileVersion}, not 3`);
  }
  const lockedPackages = Object.entries(lockfile.packages).filter(([path]) => path !== '');
  if (lockedPackages.length === 0) faults.push('the lockfile names no package');
  for (const [path, locked] of lockedPackages) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const fault = (what: string) => faults.push(`${name}@${locked.version ?? '?'} ${what}`);
    if (locked.link) fault('links to a folder; depend on a published version');
    if (locked.resolved !== undefined) {
      fault(
        `has a resolved URL (${locked.resolved}): remove it, so that each install uses its own registry`,
      );
    }
    if (!locked.inBundle && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? '')) {
      fault('has no SHA-512 hash');
    }
    const licence = locked.license ?? policy.licenceFound.get(name);
    if (licence === undefined) fault('states no license');
    else if (!isAgreed(licence, policy.licences)) fault(`has the license ${licence}`);
    if (locked.hasInstallScript && !policy.installScripts.has(name)) {
      fault('has an install script that nobody reviewed; decide on it in allowScripts');
    }
  }
  return faults;
}

/** `A`, `(A OR B)` with one agreed, or `(A AND B)` with both agreed. */
function isAgreed(expression: string, licences: ReadonlySet<string>): boolean {
  const text = expression.replaceAll(/[()]/g, '');
  return text
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => licences.has(licence.trim())));
}
