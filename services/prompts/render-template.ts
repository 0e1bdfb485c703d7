import type { PredictionView } from '../../contracts/predictions.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { PromptTemplate, TemplateMessage } from '../../domain/prompts/templates/template.ts';
import { type PredictCostDeps, predictCost } from '../prediction/predict-cost.ts';
import type { TemplateManager } from './manage-templates.ts';
import { renderedMessages } from './use-template.ts';

type Wish = {
  variables: ReadonlyMap<string, unknown>;
  version?: number | undefined;
  model: string;
  maxOutputTokens?: number | undefined;
};

export type RenderedTemplate = {
  template: PromptTemplate;
  messages: readonly TemplateMessage[];
  prediction: PredictionView;
};

/** What a request is predicted for that names no system. */
const SYSTEM = 'gateway';

/**
 * Makes a prompt from a template and predicts what a request with it costs. The operation of such
 * requests is the template's name.
 * @throws ServiceError `not-found`, `unknown-price`, or `invalid-request` naming each variable that is
 *   wrong
 */
export async function renderPrompt(
  deps: PredictCostDeps & { templates: Pick<TemplateManager, 'get'> },
  call: Call,
  name: string,
  { variables, version, model, maxOutputTokens }: Wish,
): Promise<RenderedTemplate> {
  const template = await deps.templates.get(call, name, version);
  const messages = renderedMessages(template, variables);
  const prediction = await predictCost(deps, call, {
    system: SYSTEM,
    userId: call.actor,
    operation: name,
    model,
    maxOutputTokens,
    ...(template.form === 'prompt' ? { prompt: messages[0]?.content ?? '' } : { messages }),
  });
  return { template, messages, prediction };
}
