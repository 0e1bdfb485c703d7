import type { Severity } from '../severity.ts';

type Facts = {
  model: string;
  /** The model that the request names. */
  requested: string | undefined;
  /** Whether another model than the requested or best one serves. */
  isDowngrade: boolean;
  isUnderControl: boolean;
  severity: Severity;
};

const BEST: Record<Severity, string> = {
  low: 'It is the cheapest model that suits the request.',
  medium: 'It is the cheapest model that suits the request.',
  high: 'It is the cheapest model that is about as accurate as the best one that suits the request.',
  critical: 'It is the most accurate model that suits the request.',
};

/** Why a model serves a request, in a sentence for people. */
export function whySelected(facts: Facts): string {
  if (facts.isDowngrade) {
    return facts.isUnderControl
      ? 'A control asks for a cheaper model, and this is the first that budgets have room for.'
      : 'Budgets have no room for the better model, and this is the first that they have room for.';
  }
  return facts.requested === undefined
    ? BEST[facts.severity]
    : 'The request names it, and nothing speaks against it.';
}
