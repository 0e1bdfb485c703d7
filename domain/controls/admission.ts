import type { ScopeRef } from '../scopes.ts';
import { isAtLeast, type Severity } from '../severity.ts';
import type { Control } from './control.ts';
import { concerns, strengthOf } from './restriction.ts';

/** What the active controls allow a request to do. */
export type Admission =
  | {
      kind: 'admit';
      /** Which model to offer first. */
      models: 'asked' | 'cheaper' | 'cheapest';
      /** The control that moved the request to another model. */
      control?: Control | undefined;
      /** Controls that cap how many requests a minute their scope may make. */
      counted: Control[];
    }
  | { kind: 'refuse'; control: Control };

/**
 * Admits or refuses a request under the controls that apply to its scopes.
 * @param controls the active controls of every scope that the request touches
 */
export function admissionUnder(controls: readonly Control[], severity: Severity): Admission {
  const [hardest] = controls
    .filter(({ restriction }) => concerns(restriction, severity))
    .toSorted((left, right) => strengthOf(right.restriction) - strengthOf(left.restriction));
  if (!hardest) return { kind: 'admit', models: 'asked', counted: [] };
  const { restriction } = hardest;
  if (restriction.action !== 'throttle') return { kind: 'refuse', control: hardest };
  if (restriction.tier === 3) {
    return isAtLeast(severity, 'critical')
      ? { kind: 'admit', models: 'asked', counted: [] }
      : { kind: 'refuse', control: hardest };
  }
  return {
    kind: 'admit',
    models: restriction.tier === 2 ? 'cheapest' : 'cheaper',
    control: hardest,
    counted: controls.filter(
      (control) =>
        control.restriction.action === 'throttle' &&
        control.restriction.tier === 2 &&
        concerns(control.restriction, severity),
    ),
  };
}

export const controlsOn = (scopes: readonly ScopeRef[], controls: readonly Control[]): Control[] =>
  controls.filter((control) =>
    scopes.some(({ scope, scopeId }) => scope === control.scope && scopeId === control.scopeId),
  );
