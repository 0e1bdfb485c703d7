import type { AiRequest } from '../../contracts/ai-request.ts';
import { type Admission, admissionUnder, arrangeOffers } from '../../domain/controls/admission.ts';
import type { Control } from '../../domain/controls/control.ts';
import type { Offer } from '../../domain/ledger/decide-reservation.ts';
import type { Admitted } from '../../domain/ledger/next-step.ts';
import { type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';

/** The offers that the controls let pass, in the order that they ask for. */
export function admittedOffers(
  offers: [Offer, ...Offer[]],
  controls: readonly Control[],
  organizationId: string,
  request: AiRequest,
): Admitted<Control> {
  const severity = request.severity ?? DEFAULT_SEVERITY;
  const admissionOf = ({ model }: Offer): Admission => {
    const scopes = scopesOf({ organizationId, ...request, model });
    const own = controls.filter((control) => scopes.some((ref) => isSame(ref, control)));
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
    return first;
  }
  return {
    kind: 'admit',
    offers: arrangeOffers([head, ...others], lead.models),
    counted: lead.counted,
    control: lead.control,
    wantsOthers: lead.models !== 'asked',
  };
}

const isSame = (one: ScopeRef, other: ScopeRef): boolean =>
  one.scope === other.scope && one.scopeId === other.scopeId;
