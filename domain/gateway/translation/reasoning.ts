import { isClaude, isOpenAiModel } from '../../provider-usage/model-family.ts';
import { modelStem } from '../../pricing/model-id.ts';
import type { JsonObject } from '../wire-format.ts';
import { isObject, refuse } from './reading.ts';
import type { Turn } from './turn.ts';

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the client wants the model to reason. A budget is a number of output tokens. */
export type ReasoningWish =
  | { kind: 'effort'; effort: Effort }
  | { kind: 'budget'; tokens: number }
  /** As much as the model sees fit. `thinking` is what the client wrote to Claude. */
  | { kind: 'adaptive'; effort?: Effort | undefined; thinking: JsonObject }
  /** An effort that leaves Claude's thinking as it is. */
  | { kind: 'output'; effort: Effort };

/** @throws BadFieldError for anything but an effort */
export const effortAt = (value: unknown, field: string): Effort =>
  EFFORTS.find((effort) => effort === value) ??
  refuse(field, `must be one of ${EFFORTS.join(', ')}`);

export type ReasoningParts = { effort?: string; additional: JsonObject };

/**
 * A wish in the fields of the model's family. Models that are not known to reason get none: an
 * effort is advice, and a request may have been given to another model than it named.
 */
export function reasoningPartsOf(wish: ReasoningWish | undefined, model: string): ReasoningParts {
  if (!wish) return { additional: {} };
  if (isClaude(model)) return claudeParts(wish, model);
  const stem = modelStem(model);
  const effort = effortOf(wish);
  if (stem.startsWith('amazon.nova-2-'))
    return { additional: { reasoningConfig: novaConfig(effort) } };
  if (isOpenAiModel(model) && !stem.includes('gpt-oss')) {
    return { additional: effort ? { reasoning: { effort } } : {} };
  }
  const isReasoner = stem.includes('gpt-oss') || REASONERS.test(stem);
  return {
    additional:
      isReasoner && effort && effort !== 'none' ? { reasoning_effort: threeSteps(effort) } : {},
  };
}

const REASONERS = /^(?:deepseek|qwen|moonshot(?:ai)?|minimax|zai|nvidia)\./;

const threeSteps = (effort: Effort): 'low' | 'medium' | 'high' => {
  if (effort === 'none' || effort === 'minimal' || effort === 'low') return 'low';
  return effort === 'medium' ? 'medium' : 'high';
};

/** At high effort Nova takes no maximum of output, and the budget always sets one. */
const novaConfig = (effort: Effort | undefined): JsonObject =>
  effort === 'none'
    ? { type: 'disabled' }
    : {
        type: 'enabled',
        maxReasoningEffort: threeSteps(effort ?? 'medium') === 'low' ? 'low' : 'medium',
      };

function effortOf(wish: ReasoningWish): Effort | undefined {
  if (wish.kind !== 'budget') return wish.effort;
  if (wish.tokens < 4_096) return 'low';
  return wish.tokens < 16_384 ? 'medium' : 'high';
}

const BUDGETS = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** Claude 4.5 and older take a budget, 4.6 both, and newer ones only an effort. */
function claudeParts(wish: ReasoningWish, model: string): ReasoningParts {
  const version = claudeVersion(model);
  if (version < 3.7) return { additional: {} };
  const effort = effortOf(wish);
  if (wish.kind === 'output') return version < 4.5 ? { additional: {} } : claudeEffort(effort);
  if (version < 4.6) {
    const tokens = wish.kind === 'budget' ? wish.tokens : budgetOf(effort);
    return {
      additional: tokens === 0 ? {} : { thinking: { type: 'enabled', budget_tokens: tokens } },
    };
  }
  if (wish.kind === 'budget' && version < 4.7) {
    return { additional: { thinking: { type: 'enabled', budget_tokens: wish.tokens } } };
  }
  if (effort === 'none') return { additional: {} };
  const thinking = wish.kind === 'adaptive' ? wish.thinking : { type: 'adaptive' };
  return { ...claudeEffort(effort), additional: { thinking } };
}

const claudeEffort = (effort: Effort | undefined): ReasoningParts =>
  effort === undefined || effort === 'none'
    ? { additional: {} }
    : { effort: effort === 'minimal' ? 'low' : effort, additional: {} };

const budgetOf = (effort: Effort | undefined): number =>
  effort === 'none' ? 0 : BUDGETS[effort ?? 'medium'];

/** `anthropic.claude-opus-4-7` and `claude-3-7-sonnet` are 4.7 and 3.7; names without a number, 0. */
function claudeVersion(model: string): number {
  const match = /claude-(?:[a-z]+-)?(\d+)(?:-(\d)(?!\d))?/.exec(modelStem(model));
  return match ? Number(`${match[1]}.${match[2] ?? 0}`) : 0;
}

/**
 * Whether a model takes signed reasoning back. A conversation may have begun with another model,
 * whose reasoning this one would refuse.
 */
export const takesReasoning = (model: string): boolean =>
  isClaude(model) ? claudeVersion(model) >= 3.7 : modelStem(model).startsWith('amazon.nova-2-');

/**
 * Leaves Claude's reasoning out where Claude would refuse it: if a call is required, and in the
 * middle of a turn whose reasoning the client did not send back. It is on again in the next turn.
 */
export function withoutImpossibleReasoning(
  parts: ReasoningParts,
  { turns, isForced }: { turns: readonly Turn[]; isForced: boolean },
): ReasoningParts {
  if (!isObject(parts.additional['thinking'])) return parts;
  const last = turns.findLast(({ role }) => role === 'assistant');
  const isAmidCalls =
    turns.at(-1)?.parts.some(({ kind }) => kind === 'result') === true &&
    last?.parts.some(({ kind }) => kind === 'call') === true;
  const isUnsigned = isAmidCalls && !last.parts.some(({ kind }) => kind === 'reasoning');
  return isForced || isUnsigned ? { additional: {} } : parts;
}
