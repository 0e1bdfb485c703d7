import type { AiRequest } from '../../contracts/ai-request.ts';
import { type Admission, admissionUnder, arrangeOffers } from '../../domain/controls/admission.ts';
import type { Control } from '../../domain/controls/control.ts';
import type { Offer } from '../../domain/ledger/decide-reservation.ts';
import { type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import { type Facts, offersOf } from './reservation-facts.ts';

/** What a request may be offered under the controls in force. */
export type Admitted =
  | {
      kind: 'admit';
      offers: [Offer, ...Offer[]];
      admission: Extract<Admission, { kind: 'admit' }>;
      /** Models that were not priced yet would be offered first. */
      wantsOthers: boolean;
    }
  | { kind: 'refuse'; control: Control; wantsOthers: boolean };

/** The offers that the controls let pass, in the order that they ask for. */
export function admittedOffers(facts: Facts, organizationId: string, request: AiRequest): Admitted {
  const offers = offersOf(facts, organizationId, request);
  const severity = request.severity ?? DEFAULT_SEVERITY;
  const admissionOf = ({ model }: Offer): Admission => {
    const scopes = scopesOf({ organizationId, ...request, model });
    const own = facts.controls.filter((control) => scopes.some((ref) => isSame(ref, control)));
    return admissionUnder(own, severity);
  };
  const [asked] = offers;
  const first = admissionOf(asked);
  let lead = first;
  const passing = offers.filter((offer) => {
    const admission = admissionOf(offer);
    if (admission.kind === 'admit' && lead.kind === 'refuse') lead = admission;
    return admission.kind === 'admit';
  });
  const [head, ...others] = passing;
  if (!head || lead.kind === 'refuse') {
    if (first.kind === 'admit') throw new Error('an admitted offer was lost');
    return { ...first, wantsOthers: first.control.scope === 'model' };
  }
  return {
    kind: 'admit',
    offers: arrangeOffers([head, ...others], lead.models),
    admission: lead,
    wantsOthers: lead.models !== 'asked',
  };
}

const isSame = (one: ScopeRef, other: ScopeRef): boolean =>
  one.scope === other.scope && one.scopeId === other.scopeId;
