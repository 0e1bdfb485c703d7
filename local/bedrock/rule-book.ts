import type { Api } from './model-call.ts';
import { baseModelId } from './model-facts.ts';
import type { Condition, Limits, Outage, Rules, RuleStep } from './rules.ts';
import { drawOf } from './seeded-choice.ts';

/** What conditions look at. */
export type CallFacts = {
  /** Counts all calls since the rules were set. */
  number: number;
  api: Api;
  model: string;
  region: string;
  streams: boolean;
  text: string;
};

/** The rules in force, and how far their sequences have come. */
export class RuleBook {
  rules: Rules;
  private readonly uses = new Map<number, number>();

  constructor(rules: Rules) {
    this.rules = rules;
  }

  /** Replaces the rules, and starts their sequences from the beginning. */
  set(rules: Rules): void {
    this.rules = rules;
    this.uses.clear();
  }

  outageOf({ region, model }: Pick<CallFacts, 'region' | 'model'>): Outage | undefined {
    return this.rules.outages.find(
      (outage) => fits(outage.region, region) && fitsModel(outage.model, model),
    );
  }

  limitsOf({ region, model }: Pick<CallFacts, 'region' | 'model'>): Limits | undefined {
    return this.rules.limits.find(
      (limits) => fits(limits.region, region) && fitsModel(limits.model, model),
    );
  }

  /** The next step of the first rule that fits. Counts as a use of that rule. */
  nextStep(call: CallFacts): RuleStep {
    for (const [position, rule] of this.rules.rules.entries()) {
      const uses = this.uses.get(position) ?? 0;
      if (rule.once && uses >= rule.steps.length) continue;
      if (!this.isFor(rule.when, call, position)) continue;
      this.uses.set(position, uses + 1);
      return rule.steps[Math.min(uses, rule.steps.length - 1)] ?? {};
    }
    return {};
  }

  private isFor(when: Condition, call: CallFacts, position: number): boolean {
    return (
      (when.model === undefined || fitsModel(when.model, call.model)) &&
      (when.region === undefined || fits(when.region, call.region)) &&
      (when.api === undefined || when.api === call.api) &&
      (when.streams === undefined || when.streams === call.streams) &&
      (when.text === undefined || call.text.includes(when.text)) &&
      (when.share === undefined ||
        drawOf(`${this.rules.seed} rule ${position} call ${call.number}`) < when.share)
    );
  }
}

/** Whether a pattern fits a model's id, with or without the inference profile before it. */
const fitsModel = (pattern: string, model: string): boolean =>
  fits(pattern, model) || fits(pattern, baseModelId(model));

/** Whether a name fits a pattern in which `*` stands for any characters. */
function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
