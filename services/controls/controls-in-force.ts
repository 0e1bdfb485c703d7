import { type Control, isInForce } from '../../domain/controls/control.ts';
import { TIER_2_REQUESTS_PER_MINUTE } from '../../domain/controls/restriction.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';

/** How old what is known of a scope's controls may be when a request is decided by it. */
export const CONTROLS_TRUSTED_MS = 2_000;

const SCOPES_REMEMBERED = 20_000;

type Met = { controls: Control[]; readAtMs: number };

export type ControlsReader = ReturnType<typeof createControlsReader>;

/**
 * The controls that scopes are under, from memory where they were read within the last two seconds.
 * What cannot be read is not guessed: the store's error goes to the caller.
 */
export function createControlsReader(
  controls: Pick<ControlStore, 'getMany' | 'countRequest'>,
  now: () => number,
) {
  const met = new Map<string, Met>();

  return {
    async inForce(organizationId: string, refs: readonly ScopeRef[]): Promise<Control[]> {
      const nameOf = ({ scope, scopeId }: ScopeRef): string =>
        `${organizationId}#${scope}#${scopeId}`;
      const readAtMs = now();
      const isRecent = (ref: ScopeRef): boolean => {
        const known = met.get(nameOf(ref));
        return known !== undefined && Math.abs(readAtMs - known.readAtMs) < CONTROLS_TRUSTED_MS;
      };
      const asked = refs.filter((ref) => !isRecent(ref));
      const read = new Map<string, Met>();
      if (asked.length > 0) {
        for (const stored of await controls.getMany(organizationId, asked, { consistent: true })) {
          const { automatic, manual } = stored.state;
          const found = [automatic, manual].filter((control) => control !== undefined);
          read.set(nameOf(stored), { controls: found, readAtMs });
        }
        if (met.size > SCOPES_REMEMBERED) met.clear();
        for (const [name, known] of read) met.set(name, known);
      }
      return refs
        .flatMap((ref) => (read.get(nameOf(ref)) ?? met.get(nameOf(ref)))?.controls ?? [])
        .filter((control) => isInForce(control, readAtMs));
    },

    /** Whether a tier 2 throttle has room for one more request in this minute, which then counts. */
    hasRoom: (organizationId: string, control: Control, nowMs: number): Promise<boolean> =>
      controls.countRequest(organizationId, control, TIER_2_REQUESTS_PER_MINUTE, nowMs),
  };
}
