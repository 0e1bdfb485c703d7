import { type Control, isInForce } from '../../domain/controls/control.ts';
import { TIER_2_REQUESTS_PER_MINUTE } from '../../domain/controls/restriction.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import { createMemory } from '../memory.ts';

/** Maximum age of a scope's controls when they decide a request. */
export const CONTROLS_TRUSTED_MS = 2_000;

const SCOPES_REMEMBERED = 20_000;

export type ControlsReader = ReturnType<typeof createControlsReader>;

/**
 * Reads the controls that scopes are under, or recalls them if read within the last two seconds.
 * Passes store errors on to the caller instead of guessing.
 */
export function createControlsReader(
  controls: Pick<ControlStore, 'getMany' | 'countRequest'>,
  now: () => number,
) {
  const memory = createMemory<Control[]>({
    most: SCOPES_REMEMBERED,
    keptMs: CONTROLS_TRUSTED_MS,
    now,
  });

  return {
    async inForce(organizationId: string, refs: readonly ScopeRef[]): Promise<Control[]> {
      const nameOf = ({ scope, scopeId }: ScopeRef): string =>
        `${organizationId}#${scope}#${scopeId}`;
      const nowMs = now();
      const inForce = new Map(refs.map((ref) => [nameOf(ref), memory.get(nameOf(ref))]));
      const asked = refs.filter((ref) => inForce.get(nameOf(ref)) === undefined);
      if (asked.length > 0) {
        for (const stored of await controls.getMany(organizationId, asked, { consistent: true })) {
          const { automatic, manual } = stored.state;
          const ofScope = [automatic, manual].filter((control) => control !== undefined);
          inForce.set(nameOf(stored), ofScope);
          memory.set(nameOf(stored), ofScope, nowMs);
        }
      }
      return refs
        .flatMap((ref) => inForce.get(nameOf(ref)) ?? [])
        .filter((control) => isInForce(control, nowMs));
    },

    /** Whether a tier 2 throttle admits one more request this minute; if so, counts it. */
    hasRoom: (organizationId: string, control: Control, nowMs: number): Promise<boolean> =>
      controls.countRequest(organizationId, control, TIER_2_REQUESTS_PER_MINUTE, nowMs),
  };
}
