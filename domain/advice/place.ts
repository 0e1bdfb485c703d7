import type { Proposal } from './proposal.ts';
import { reservationWith } from './request-example.ts';
import type { RouteHistory } from './route-history.ts';
import { globalIdOf } from './same-place.ts';
import { savingOf } from './saving.ts';
import { workText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** Whether the same model costs less in the global profile than in the geography it is bound to. */
export function proposePlace(history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route, days } = history;
  const model = globalIdOf(route.model);
  if (model === undefined) return [];
  const serve: Serve = (_, served) => {
    const toModel = globalIdOf(served.model);
    return toModel === undefined ? served : { ...served, model: toModel };
  };
  const saving = savingOf(history, serve, rateOf);
  if (!saving) return [];
  return [
    {
      kind: 'place',
      lever: 'place',
      change: { kind: 'place', route, toModel: model },
      serve,
      saving,
      isQuestion: false,
      what: `Serve ${workText(route)} with ${model}`,
      basis: 'the profile of a geography has a premium',
      action: `Send these requests with "model": "${model}", if your rules on where data may be processed allow any region`,
      request: reservationWith(route, days, { model }),
      effort: 'low',
      evidence: { assumption: 'these requests may be processed in any region' },
    },
  ];
}
