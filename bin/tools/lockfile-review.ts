/** One package of a lockfile, as npm writes it. */
export type LockedPackage = {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  /** Included in another package's archive, whose hash covers it. */
  inBundle?: boolean;
  hasInstallScript?: boolean;
};

export type Lockfile = { lockfileVersion: number; packages: Record<string, LockedPackage> };

/** The project's decisions about its dependencies. */
export type DependencyPolicy = {
  licenses: ReadonlySet<string>;
  /** Licenses that a person determined, by package, for packages that do not state a known one. */
  reviewedLicenses: ReadonlyMap<string, string>;
  /** Packages with reviewed install scripts: whether each may run. */
  installScripts: ReadonlyMap<string, boolean>;
};

/**
 * The lockfile's violations of the policy, one line each: packages without a hash, with a resolved
 * URL or another source, with an unapproved license, or with unreviewed install scripts.
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
    const license = locked.license ?? policy.reviewedLicenses.get(name);
    if (license === undefined) fault('states no license');
    else if (!isAgreed(license, policy.licenses)) fault(`has the license ${license}`);
    if (locked.hasInstallScript && !policy.installScripts.has(name)) {
      fault('has an install script that nobody reviewed; decide on it in allowScripts');
    }
  }
  return faults;
}

/** `A`, `(A OR B)` with one approved, or `(A AND B)` with both approved. */
function isAgreed(expression: string, licenses: ReadonlySet<string>): boolean {
  const text = expression.replaceAll(/[()]/g, '');
  return text
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => licenses.has(license.trim())));
}
