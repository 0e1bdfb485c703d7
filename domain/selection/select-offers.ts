import { type Admission, admissionUnder, controlsOn } from '../controls/admission.ts';
import type { Control } from '../controls/control.ts';
import type { NanoUsd } from '../money.ts';
import { type Principals, scopesOf } from '../scopes.ts';
import { DEFAULT_SEVERITY } from '../severity.ts';
import { whyTooLow, whyTooMuchLoss, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';
import { mostPromising } from './exploration.ts';
import type { Merits } from './merits.ts';
import { costWith } from './recommend.ts';
import { isWorthSwitching, type Turn, type WarmPrefix } from './warm-prefix.ts';

/** What `selectOffers` needs to know about a quote. */
type Offerable = Turn & Merits & { expectedCostNanoUsd: NanoUsd; upperBoundNanoUsd: NanoUsd };

export type Request = Wishes &
  Omit<Principals, 'model'> & {
    /** What is cached of the conversation that the request belongs to. */
    warm?: WarmPrefix | undefined;
    /** The request tries another model (`isExploring`). */
    explores?: boolean | undefined;
    /** The caller allows no cheaper sibling of this model (`refusesSiblings`). */
    refusesSiblings?: ((model: string) => boolean) | undefined;
  };

/** The models that may serve a request, in the order in which to try them against budgets. */
export type Selection<Quote> =
  | {
      kind: 'admit';
      quotes: [Quote, ...Quote[]];
      /** Controls that cap how many requests a minute their scope may make. */
      counted: Control[];
      /** The control that moved the request to another model. */
      control: Control | undefined;
      /** True if cheaper models come first, so all of them must be priced. */
      wantsOthers: boolean;
      leftOut: LeftOut[];
    }
  /** Active controls refuse every model. */
  | { kind: 'refuse'; control: Control; leftOut: LeftOut[] };

/**
 * Selects the models to offer to the budgets: the requested one and those that would hold less and
 * are good enough. More expensive models cannot help with a tight budget. Slower ones can, because
 * money is a limit and `maxLatencyMs` only a preference. Active controls then refuse some and order
 * the rest. A control that requires a cheaper model refuses the request if the caller allows none. It
 * moves a conversation only to a model that is worth losing the warm cache for; a budget without room
 * moves it in any case. Where the caller allows a loss of quality (`maxQualityLoss`), the cheapest model
 * that keeps to it comes first.
 * @param quotes the requested or recommended model first
 * @param controls the active controls of every scope that the request touches
 */
export function selectOffers<Quote extends Offerable>(
  [requestedQuote, ...others]: readonly [Quote, ...Quote[]],
  request: Request,
  controls: readonly Control[],
): Selection<Quote> {
  const eligible = sift(others, (quote) => {
    if (request.downgrade === false) return 'no-downgrade';
    if (quote.upperBoundNanoUsd >= requestedQuote.upperBoundNanoUsd) return 'not-cheaper';
    return whyTooLow(request, quote) ?? whyTooMuchLoss(request, requestedQuote, quote);
  });
  const admissionOf = ({ model }: Quote): Admission =>
    admissionUnder(
      controlsOn(scopesOf({ ...request, model }), controls),
      request.severity ?? DEFAULT_SEVERITY,
    );
  const admitted = sift([requestedQuote, ...eligible.kept], (quote) =>
    admissionOf(quote).kind === 'refuse' ? 'control' : undefined,
  );
  const leftOut = [...eligible.leftOut, ...admitted.leftOut];
  const [first = requestedQuote, ...later] = admitted.kept;
  const admission = admissionOf(first);
  if (admission.kind === 'refuse') return { ...admission, leftOut };
  const { control } = admission;
  if (control && later.length === 0 && request.refusesSiblings?.(first.model)) {
    return { kind: 'refuse', control, leftOut };
  }
  const worthwhile = sift(later, (quote) =>
    admission.models === 'asked' || isWorthSwitching(first, quote, request.warm)
      ? undefined
      : 'warm-cache',
  );
  const isFree = admission.models === 'asked';
  const explores = request.explores === true && isFree;
  const saves = request.maxQualityLoss !== undefined && isFree;
  const quotes = explores
    ? explored([first, ...later])
    : saves
      ? cheapestFirst([first, ...later], request.warm)
      : arranged([first, ...worthwhile.kept], admission.models);
  const notCheapest = [first, ...worthwhile.kept].filter((quote) => !quotes.includes(quote));
  return {
    kind: 'admit',
    quotes,
    counted: admission.counted,
    control,
    wantsOthers: explores || saves || !isFree,
    leftOut: [...leftOut, ...worthwhile.leftOut, ...notCheapest.map(leavingOut('not-cheapest'))],
  };
}

/** Puts the most promising of the other models first. They hold less, so nothing gets dearer. */
function explored<Quote extends Offerable>(
  quotes: readonly [Quote, ...Quote[]],
): [Quote, ...Quote[]] {
  const [ordinary, ...others] = quotes;
  const tried = mostPromising(others);
  if (!tried) return [ordinary];
  return [tried, ordinary, ...others.filter((quote) => quote !== tried)];
}

/**
 * Puts the cheapest model first, by what it costs with the cache of the conversation. Models that would
 * lose more cache than they save come last, for budgets that have no room for the others.
 * @param quotes the requested model, then cheaper ones that are good enough
 */
function cheapestFirst<Quote extends Offerable>(
  [requestedQuote, ...others]: readonly [Quote, ...Quote[]],
  warm: WarmPrefix | undefined,
): [Quote, ...Quote[]] {
  const costInFull = costWith(warm);
  const byCost = others.toSorted((left, right) => compare(costInFull(left), costInFull(right)));
  const pays = (quote: Quote): boolean => costInFull(quote) < costInFull(requestedQuote);
  const [first, ...rest] = byCost.filter(pays);
  const dearer = byCost.filter((quote) => !pays(quote));
  return first ? [first, ...rest, requestedQuote, ...dearer] : [requestedQuote, ...dearer];
}

/**
 * Orders quotes as an admission requires. `cheaper` starts one step below the requested model and
 * returns to it last. `cheapest` keeps only one.
 * @param quotes the requested model, then cheaper ones
 */
export function arranged<Quote extends Pick<Offerable, 'upperBoundNanoUsd'>>(
  [requestedQuote, ...cheaper]: readonly [Quote, ...Quote[]],
  models: Extract<Admission, { kind: 'admit' }>['models'],
): [Quote, ...Quote[]] {
  const byCost = cheaper.toSorted((left, right) =>
    compare(right.upperBoundNanoUsd, left.upperBoundNanoUsd),
  );
  const [next, ...others] = byCost;
  if (models === 'asked' || !next) return [requestedQuote, ...cheaper];
  if (models === 'cheaper') return [next, ...others, requestedQuote];
  return [byCost.at(-1) ?? next];
}

const compare = (left: NanoUsd, right: NanoUsd): number =>
  left < right ? -1 : left > right ? 1 : 0;
