import type { Severity } from '../severity.ts';

type Facts = {
  model: string;
  /** The model that the request names. */
  requested: string | undefined;
  /** Whether another model than the requested or best one serves. */
  isDowngrade: boolean;
  isUnderControl: boolean;
  /** Whether `maxQualityLoss` let a cheaper model go ahead of the requested one. */
  isForSaving: boolean;
  /** Whether nobody has measured how good the model is. */
  isQualityAssumed: boolean;
  severity: Severity;
};

const BEST: Record<Severity, string> = {
  low: 'It is the cheapest model that suits the request.',
  medium: 'It is the cheapest model that suits the request.',
  high: 'It is the cheapest model that is about as accurate as the best one that suits the request.',
  critical: 'It is the most accurate model that suits the request.',
};

/** Why a model serves a request, in a sentence for people. */
export const whySelected = (facts: Facts): string =>
  facts.isQualityAssumed
    ? `${grounds(facts)} Its quality is assumed, not measured; grade its answers to change that.`
    : grounds(facts);

function grounds(facts: Facts): string {
  if (facts.isDowngrade && facts.isForSaving) {
    return 'It costs less, and by what is known of it, it loses no more quality than the request allows.';
  }
  if (facts.isDowngrade) {
    return facts.isUnderControl
      ? 'A control asks for a cheaper model, and this is the first that budgets have room for.'
      : 'Budgets have no room for the better model, and this is the first that they have room for.';
  }
  return facts.requested === undefined
    ? BEST[facts.severity]
    : 'The request names it, and nothing speaks against it.';
}
