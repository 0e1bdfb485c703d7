import type { NanoUsd } from '../money.ts';
import { isAtLeast, type Severity } from '../severity.ts';
import type { Control } from './control.ts';
import { concerns, strengthOf } from './restriction.ts';

/** What the controls in force let a request do. */
export type Admission =
  | {
      kind: 'admit';
      /** Which model to offer first. */
      models: 'asked' | 'cheaper' | 'cheapest';
      /** The control that asks for another model. */
      control?: Control | undefined;
      /** Controls whose scopes admit only so many requests a minute. */
      counted: Control[];
    }
  | { kind: 'refuse'; control: Control };

/**
 * Admits or refuses a request under the controls of its scopes, as they stand at `nowMs`.
 * @param controls in force, of any scopes that the request touches
 */
export function admissionUnder(controls: readonly Control[], severity: Severity): Admission {
  const [hardest] = controls
    .filter(({ restriction }) => concerns(restriction, severity))
    .toSorted((one, other) => strengthOf(other.restriction) - strengthOf(one.restriction));
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

type Priced = { amountNanoUsd: NanoUsd };

/**
 * Offers in the order that an admission asks for. `cheaper` begins one step below the model asked
 * for and comes back to it last; `cheapest` leaves one.
 * @param offers the model asked for, then cheaper ones
 */
export function arrangeOffers<Offer extends Priced>(
  [asked, ...cheaper]: readonly [Offer, ...Offer[]],
  models: Extract<Admission, { kind: 'admit' }>['models'],
): [Offer, ...Offer[]] {
  const byCost = cheaper.toSorted((one, other) =>
    one.amountNanoUsd < other.amountNanoUsd ? 1 : one.amountNanoUsd > other.amountNanoUsd ? -1 : 0,
  );
  const [next, ...others] = byCost;
  if (models === 'asked' || !next) return [asked, ...cheaper];
  if (models === 'cheaper') return [next, ...others, asked];
  return [byCost.at(-1) ?? next];
}
