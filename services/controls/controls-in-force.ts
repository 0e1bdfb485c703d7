import { type Control, isInForce } from '../../domain/controls/control.ts';
import { changedSince } from '../../domain/controls/control-changes.ts';
import { TIER_2_REQUESTS_PER_MINUTE } from '../../domain/controls/restriction.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ControlStore, StoredControls } from '../../tables/auto-control-config.ts';
import { createMemory } from '../memory.ts';

/** Maximum age of an organization's controls when they decide a request. */
export const CONTROLS_TRUSTED_MS = 2_000;

const ORGANIZATIONS_REMEMBERED = 1_000;

export type ControlsReader = ReturnType<typeof createControlsReader>;

type Deps = Pick<ControlStore, 'getMany' | 'lastChanges' | 'listByOrganization' | 'countRequest'>;

/** An organization's controls as this process knows them. */
type Snapshot = {
  /** The last change that they follow. */
  version: number;
  /** Controls by scope. */
  controls: Map<string, Control[]>;
  /** Scopes that changed and were not read since, and the version of their last change. */
  changed: Map<string, number>;
};

/**
 * Reads the controls that scopes are under. Every two seconds it reads which controls of the
 * organization changed, and then only those that a request is under; all of them at first, and if
 * too many changed. Passes store errors on to the caller instead of guessing.
 */
export function createControlsReader(controls: Deps, now: () => number) {
  const remembered = createMemory<Snapshot>({ most: ORGANIZATIONS_REMEMBERED });
  const trusted = createMemory<Promise<Snapshot>>({
    most: ORGANIZATIONS_REMEMBERED,
    keptMs: CONTROLS_TRUSTED_MS,
    now,
  });

  /** What is known is at most two seconds old. Concurrent requests share one read. */
  function current(organizationId: string): Promise<Snapshot> {
    const snapshot = trusted.get(organizationId);
    if (snapshot) return snapshot;
    const reading = refresh(controls, organizationId, remembered.get(organizationId));
    trusted.set(organizationId, reading);
    reading.then(
      (fresh) => remembered.set(organizationId, fresh),
      () => trusted.delete(organizationId),
    );
    return reading;
  }

  return {
    async inForce(organizationId: string, refs: readonly ScopeRef[]): Promise<Control[]> {
      const snapshot = await current(organizationId);
      const changed = refs.filter((ref) => snapshot.changed.has(nameOf(ref)));
      const read = await readChanged(controls, organizationId, snapshot, changed);
      const nowMs = now();
      return refs
        .flatMap((ref) => read.get(nameOf(ref)) ?? snapshot.controls.get(nameOf(ref)) ?? [])
        .filter((control) => isInForce(control, nowMs));
    },

    /** Whether a tier 2 throttle admits one more request this minute; if so, counts it. */
    hasRoom: (organizationId: string, control: Control, nowMs: number): Promise<boolean> =>
      controls.countRequest(organizationId, control, TIER_2_REQUESTS_PER_MINUTE, nowMs),
  };
}

async function refresh(
  controls: Deps,
  organizationId: string,
  snapshot: Snapshot | undefined,
): Promise<Snapshot> {
  // Read first: what is read later may follow more changes, but not fewer.
  const last = await controls.lastChanges(organizationId);
  const since = snapshot && changedSince(last, snapshot.version);
  if (snapshot && since) {
    for (const ref of since) snapshot.changed.set(nameOf(ref), last.version);
    snapshot.version = last.version;
    return snapshot;
  }
  const stored = await controls.listByOrganization(organizationId, { consistent: true });
  const all = new Map(stored.map((each) => [nameOf(each), controlsOf(each)]));
  return { version: last.version, controls: all, changed: new Map() };
}

/**
 * Reads scopes that changed. What is known follows, unless a scope changed again during the read.
 * @returns their controls by scope
 */
async function readChanged(
  controls: Deps,
  organizationId: string,
  snapshot: Snapshot,
  changed: readonly ScopeRef[],
): Promise<Map<string, Control[]>> {
  if (changed.length === 0) return new Map();
  const before = new Map(snapshot.changed);
  const stored = await controls.getMany(organizationId, changed, { consistent: true });
  const read = new Map(stored.map((each) => [nameOf(each), controlsOf(each)]));
  for (const [name, own] of read) {
    if (snapshot.changed.get(name) !== before.get(name)) continue;
    snapshot.controls.set(name, own);
    snapshot.changed.delete(name);
  }
  return read;
}

const controlsOf = ({ state: { automatic, manual } }: StoredControls): Control[] =>
  [automatic, manual].filter((control) => control !== undefined);

const nameOf = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;
