import { centUsd, formatUsd } from '../money.ts';
import { textHash } from '../text-hash.ts';
import { beforeOf } from './before.ts';
import { confidenceOf } from './confidence.ts';
import type { Proposal } from './proposal.ts';
import { identified, type Recommendation } from './recommendation.ts';
import type { RouteHistory } from './route-history.ts';
import { type Saving, savingOf } from './saving.ts';
import { type Route, routeKeyOf, routeTarget } from './route.ts';
import { type RateOf, servedAfter } from './serving.ts';

/**
 * The proposals of a route as recommendations, with what they save together.
 * @param all every route of the organization
 */
export function recommendationsOf(
  history: RouteHistory,
  proposals: readonly Proposal[],
  all: readonly RouteHistory[],
  rateOf: RateOf,
): Recommendation[] {
  const advised = proposals.filter(({ isQuestion }) => !isQuestion);
  const together = savingOf(history, servedAfter(advised.map(({ serve }) => serve)), rateOf);
  const group = together && {
    id: `route-${textHash(routeKeyOf(history.route)).toString(16).padStart(8, '0')}`,
    netSavingNanoUsdPerMonth: together.perMonthNanoUsd,
  };
  return proposals.map((proposal): Recommendation => {
    const { saving, isQuestion, evidence } = proposal;
    return {
      ...subjectOf(history.route, proposal),
      title: titleOf(proposal),
      action: proposal.action,
      request: proposal.request,
      isQuestion,
      savingNanoUsdPerMonth: saving.perMonthNanoUsd,
      saving,
      group: isQuestion ? undefined : group,
      effort: proposal.effort,
      confidence: confidenceOf(saving, isQuestion),
      evidence: {
        costNowUsd: formatUsd(saving.nowPerMonthNanoUsd),
        costThenUsd: formatUsd(saving.nowPerMonthNanoUsd - saving.perMonthNanoUsd),
        ...evidence,
      },
      qualityRisk: proposal.qualityRisk,
      before: beforeOf(proposal.change, history, all),
    };
  });
}

/** What a proposal is about as advice, with its id. */
export const subjectOf = (route: Route, { kind, lever, change }: Proposal) =>
  identified({
    kind,
    scope: { scope: 'system' as const, scopeId: route.system },
    target: `${lever}/${routeTarget(route)}`,
    change,
  });

/** `Serve relaycore/faq with …: saves $7.71 of $12.64 a month (61 %), measured on 420 graded answers`. */
function titleOf({ what, basis, saving, isQuestion, isLoss }: Proposal): string {
  if (isLoss) return `${what}: costs ${amountText(saving)}. ${basis}`;
  const verb = isQuestion ? 'could save' : 'saves';
  return `${what}${what.endsWith('?') ? ' It' : ':'} ${verb} ${amountText(saving)}, ${basis}`;
}

const amountText = ({ perMonthNanoUsd, nowPerMonthNanoUsd, share }: Saving): string =>
  `$${centUsd(perMonthNanoUsd)} of $${centUsd(nowPerMonthNanoUsd)} a month (${Math.round(share * 100)} %)`;
