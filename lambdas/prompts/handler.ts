import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { optimizedViewOf, promptRoutes as routes } from '../../contracts/prompts.ts';
import {
  promptTemplateRoutes as templateRoutes,
  TEMPLATE_MODEL,
  templateTextOf,
  templateViewOf,
} from '../../contracts/prompt-templates.ts';
import { cacheOrderOf } from '../../domain/prompts/templates/cache-order.ts';
import type { PromptTemplate } from '../../domain/prompts/templates/template.ts';
import { estimateTokens } from '../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../domain/tokens/text-profile.ts';
import type { PredictCostDeps } from '../../services/prediction/predict-cost.ts';
import type { RemovedTemplate, TemplateManager } from '../../services/prompts/manage-templates.ts';
import { optimizePrompt } from '../../services/prompts/optimize-prompt.ts';
import { renderPrompt } from '../../services/prompts/render-template.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Makes prompts shorter, and keeps templates of prompts. */
export const createHandler = (deps: Edge & PredictCostDeps & { templates: TemplateManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.optimizePrompt, async ({ body, call }) => ({
      status: 200,
      body: optimizedViewOf(await optimizePrompt(deps, call, body)),
    })),

    endpoint(templateRoutes.listPromptTemplates, async ({ query, caller }) => {
      const list = 'prompt templates';
      const page = { limit: query.limit, after: decodeCursor(list, query.cursor) };
      const { templates, next } = await deps.templates.list(caller.organizationId, page);
      const nextCursor = encodeCursor(list, next);
      return { status: 200, body: { items: templates.map(viewOf), nextCursor } };
    }),

    endpoint(templateRoutes.getPromptTemplate, async ({ params, call }) => ({
      status: 200,
      body: viewOf(await deps.templates.get(call, params.name)),
    })),

    endpoint(templateRoutes.getPromptTemplateVersion, async ({ params, call }) => ({
      status: 200,
      body: viewOf(await deps.templates.get(call, params.name, params.version)),
    })),

    endpoint(templateRoutes.putPromptTemplate, async ({ params, body, call }) => ({
      status: 200,
      body: viewOf(await deps.templates.put(call, params.name, body)),
    })),

    endpoint(templateRoutes.deletePromptTemplate, async ({ params, call }) => ({
      status: 200,
      body: removedViewOf(await deps.templates.remove(call, params.name)),
    })),

    endpoint(templateRoutes.deletePromptTemplateVersion, async ({ params, call }) => ({
      status: 200,
      body: removedViewOf(await deps.templates.remove(call, params.name, params.version)),
    })),

    endpoint(templateRoutes.renderPromptTemplate, async ({ params, body, call }) => {
      const rendered = await renderPrompt(deps, call, params.name, body);
      const { template, messages, prediction } = rendered;
      const { model, inputTokens, expectedCostUsd, upperBoundUsd } = prediction;
      return {
        status: 200,
        body: {
          name: template.name,
          version: template.version,
          ...templateTextOf(template.form, messages),
          operation: template.name,
          model,
          inputTokens,
          expectedCostUsd,
          upperBoundUsd,
        },
      };
    }),
  ]);

const removedViewOf = ({ name, deletedVersions, latestVersion }: RemovedTemplate) => ({
  name,
  deletedVersions: [...deletedVersions],
  latestVersion,
});

const viewOf = (template: PromptTemplate) =>
  templateViewOf(
    template,
    cacheOrderOf(
      template.messages,
      (text) => estimateTokens(profileOf(text), TEMPLATE_MODEL).tokens,
    ),
  );
