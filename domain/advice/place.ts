import { parseModelId } from '../pricing/model-id.ts';
import { hasProfile } from '../routing/bedrock-profiles.ts';
import {
  type AdviceBounds,
  inPlace,
  isAllowedPlace,
  isClosed,
  isForbiddenPlace,
  placeText,
} from './bounds.ts';
import { ADVICE_PLACES, type AdvicePlace } from './leave.ts';
import type { Proposal } from './proposal.ts';
import { reservationWith } from './request-example.ts';
import { workText } from './route.ts';
import type { RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import type { RateOf, Serve } from './serving.ts';

/**
 * Places in which the same model costs less than in the geography that the route is bound to. Those that
 * have leave are advice. The global profile without leave is a question, because only the organization
 * knows where its data may be processed.
 */
export function proposePlace(
  history: RouteHistory,
  rateOf: RateOf,
  bounds: AdviceBounds,
): Proposal[] {
  const { model } = history.route;
  const { profile } = parseModelId(model);
  if (profile === undefined || profile === 'global' || profile === 'us-gov') return [];
  if (isClosed(model, bounds)) return [];
  return ADVICE_PLACES.filter(
    (place) =>
      place !== profile &&
      hasProfile(model, place) &&
      (isAllowedPlace(place, bounds) || (place === 'global' && !isForbiddenPlace(place, bounds))),
  ).flatMap((place) =>
    proposalOf(history, rateOf, { profile, place, isQuestion: !isAllowedPlace(place, bounds) }),
  );
}

type Move = { profile: string; place: AdvicePlace; isQuestion: boolean };

function proposalOf(
  history: RouteHistory,
  rateOf: RateOf,
  { profile, place, isQuestion }: Move,
): Proposal[] {
  const { route, days } = history;
  const model = inPlace(route.model, place);
  const serve: Serve = (_, served) => {
    if (parseModelId(served.model).profile !== profile) return served;
    const moved = { ...served, model: inPlace(served.model, place) };
    // Another geography is called from a region of its own.
    return place === 'global' ? moved : { ...moved, region: undefined };
  };
  const saving = savingOf(history, serve, rateOf);
  if (!saving) return [];
  const [from, to] = [profile, place].map(placeText);
  return [
    {
      kind: 'place',
      lever: 'place',
      change: { kind: 'place', route, toModel: model },
      serve,
      saving,
      isQuestion,
      what: isQuestion
        ? `May ${to} serve ${workText(route)}, and not only ${from} (${model})?`
        : `Move ${workText(route)} from ${from} to ${to} (${model})`,
      basis: premiumText(route.model, model, rateOf, [profile, place]),
      action: isQuestion
        ? `If these requests may be processed in ${to}, send them with "model": "${model}". To get this as advice, add "${place}" to "places" of PUT /v1/settings/advice`
        : `Send these requests with "model": "${model}", which your organization allows. They are then processed in ${to}`,
      request: reservationWith(route, days, { model }),
      effort: 'low',
      evidence: {
        assumption: isQuestion
          ? `nobody said whether these requests may be processed in ${to}`
          : `the organization allows ${place} (settings of advice, or of routing)`,
      },
    },
  ];
}

/** `us costs 10 % more than global`. */
function premiumText(
  present: string,
  other: string,
  rateOf: RateOf,
  [dear, cheap]: [string, string],
): string {
  const [now, then] = [present, other].map((model) => rateOf({ model })?.outputNanoUsdPerMillion);
  const isKnown = now !== undefined && then !== undefined && then > 0n && now > then;
  const percent = isKnown ? `${Math.round((Number(now) / Number(then) - 1) * 100)} % ` : '';
  return `${dear} costs ${percent}more than ${cheap}`;
}
