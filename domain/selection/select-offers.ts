import { type Admission, admissionUnder, controlsOn } from '../controls/admission.ts';
import type { Control } from '../controls/control.ts';
import type { NanoUsd } from '../money.ts';
import { type Principals, scopesOf } from '../scopes.ts';
import { DEFAULT_SEVERITY, type Severity } from '../severity.ts';
import { lacksQuality, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';

/** What a selection looks at in a quote. */
type Offerable = { model: string; upperBoundNanoUsd: NanoUsd; quality?: number | undefined };

export type Request = Wishes & Omit<Principals, 'model'> & { severity?: Severity | undefined };

/** The models that a request may be served by, in the order in which budgets are asked for them. */
export type Selection<Quote> =
  | {
      kind: 'admit';
      quotes: [Quote, ...Quote[]];
      /** Controls whose scopes admit only so many requests a minute. */
      counted: Control[];
      /** The control that asks for another model. */
      control: Control | undefined;
      /** Cheaper models come first: all of them must be known. */
      wantsOthers: boolean;
      leftOut: LeftOut[];
    }
  /** The controls in force refuse every model. */
  | { kind: 'refuse'; control: Control; leftOut: LeftOut[] };

/**
 * Which models to offer to the budgets. Besides the model asked for come those that would hold less
 * and are as good as asked; dearer ones are no way out of a tight budget. A slower one is: money is a
 * limit, `maxLatencyMs` a wish. Then the controls in force refuse some, and order the rest.
 * @param quotes the model asked for, or the recommended one, first
 * @param controls in force, of any scopes that the request touches
 */
export function selectOffers<Quote extends Offerable>(
  [asked, ...others]: readonly [Quote, ...Quote[]],
  request: Request,
  controls: readonly Control[],
): Selection<Quote> {
  const eligible = sift(others, (quote) => {
    if (quote.upperBoundNanoUsd >= asked.upperBoundNanoUsd) return 'not-cheaper';
    return lacksQuality(request, quote) ? 'quality' : undefined;
  });
  const admissionOf = ({ model }: Quote): Admission =>
    admissionUnder(
      controlsOn(scopesOf({ ...request, model }), controls),
      request.severity ?? DEFAULT_SEVERITY,
    );
  const admitted = sift([asked, ...eligible.kept], (quote) =>
    admissionOf(quote).kind === 'refuse' ? 'control' : undefined,
  );
  const leftOut = [...eligible.leftOut, ...admitted.leftOut];
  const [first = asked, ...later] = admitted.kept;
  const admission = admissionOf(first);
  if (admission.kind === 'refuse') return { ...admission, leftOut };
  const quotes = arranged([first, ...later], admission.models);
  const notCheapest = admitted.kept.filter((quote) => !quotes.includes(quote));
  return {
    kind: 'admit',
    quotes,
    counted: admission.counted,
    control: admission.control,
    wantsOthers: admission.models !== 'asked',
    leftOut: [...leftOut, ...notCheapest.map(leavingOut('not-cheapest'))],
  };
}

/**
 * Quotes in the order that an admission asks for. `cheaper` begins one step below the model asked
 * for and comes back to it last; `cheapest` leaves one.
 * @param quotes the model asked for, then cheaper ones
 */
export function arranged<Quote extends Pick<Offerable, 'upperBoundNanoUsd'>>(
  [asked, ...cheaper]: readonly [Quote, ...Quote[]],
  models: Extract<Admission, { kind: 'admit' }>['models'],
): [Quote, ...Quote[]] {
  const byCost = cheaper.toSorted((left, right) =>
    compare(right.upperBoundNanoUsd, left.upperBoundNanoUsd),
  );
  const [next, ...others] = byCost;
  if (models === 'asked' || !next) return [asked, ...cheaper];
  if (models === 'cheaper') return [next, ...others, asked];
  return [byCost.at(-1) ?? next];
}

const compare = (left: NanoUsd, right: NanoUsd): number =>
  left < right ? -1 : left > right ? 1 : 0;
