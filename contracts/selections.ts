import * as z from 'zod';
import { aiRequest } from './ai-request.ts';
import { controlView } from './controls.ts';
import { usd, usdText } from './fields.ts';
import { defineRoute } from './route.ts';
import { ASSUMABLE_FACTS, type AssumableFact } from '../domain/catalog/model.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import type { Control } from '../domain/controls/control.ts';
import { LEFT_OUT_REASONS, type LeftOutReason } from '../domain/selection/left-out.ts';
import { scoreOf } from '../domain/selection/preference.ts';
import { controlViewOf } from './controls.ts';

const figures = {
  model: z.string(),
  expectedCostUsd: usdText,
  upperBoundUsd: usdText.meta({ description: 'What a reservation would hold' }),
  quality: z.number().optional().meta({
    description: 'For this kind of work, 0 to 1: what the catalog says, refined by your own grades',
  }),
  qualityUncertainty: z.number().optional().meta({ description: 'Standard error of quality' }),
  latencyMs: z.number().optional(),
  assumed: z.array(z.enum(ASSUMABLE_FACTS)).optional().meta({
    description:
      'Facts guessed for the family of the model, which neither a measurement nor your grades have replaced',
  }),
  score: z.number().optional().meta({
    description: 'Cost-effectiveness: quality for the money, relative to the best model here',
  }),
};

const reason = z.enum(LEFT_OUT_REASONS);

const selectionView = z
  .object({
    ...figures,
    region: z.string().optional().meta({
      description: 'Of the request, or where its conversation was served last. Else any will do',
    }),
    decision: z.enum(['proceed', 'downgrade']),
    reason: z.string().meta({ description: 'Why this model, in a sentence' }),
    control: controlView.optional().meta({ description: 'The control that orders the models' }),
    alternatives: z
      .array(z.object({ ...figures, reason }))
      .meta({ description: 'Models that could be priced, and why each does not serve' }),
    leftOut: z
      .array(z.object({ model: z.string(), reason }))
      .meta({ description: 'Models that could not serve, or not be priced' }),
  })
  .meta({ id: 'Selection' });
export type SelectionView = z.output<typeof selectionView>;

const selectionBody = z
  .strictObject({
    request: aiRequest,
    budget: z
      .union(
        [usd, z.strictObject({ availableUsd: usd }).transform(({ availableUsd }) => availableUsd)],
        'must be an amount in USD such as "0.05", or an object with availableUsd',
      )
      .optional()
      .meta({
        description:
          'The most that a reservation may hold, beside what the budgets have left: an amount, or a budget with its availableUsd',
      }),
  })
  .meta({ id: 'SelectionInput' });

export const selectionRoutes = {
  selectModel: defineRoute({
    method: 'POST',
    path: '/v1/selections',
    summary: 'Select the model that a reservation of the request would get now, holding nothing',
    roles: ['caller', 'viewer', 'operator', 'admin'],
    access: { subject: 'principals', in: 'body' },
    body: selectionBody,
    maxBodyBytes: 1024 * 1024,
    problems: ['unknown-price', 'budget-exceeded', 'control-in-force'],
    responses: { 200: { description: 'The model, and why', schema: selectionView } },
  }),
};

type Option = {
  model: string;
  expectedCostNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  quality?: number | undefined;
  uncertainty?: number | undefined;
  latencyMs?: number | undefined;
  assumed?: readonly AssumableFact[] | undefined;
};

export type SelectedModel = {
  selected: Option;
  region: string | undefined;
  decision: 'proceed' | 'downgrade';
  reason: string;
  control: Control | undefined;
  alternatives: (Option & { because: LeftOutReason })[];
  leftOut: { model: string; because: LeftOutReason }[];
};

/** The API's view of a selection. */
export function selectionViewOf(selection: SelectedModel): SelectionView {
  const { selected, alternatives, leftOut, control, ...told } = selection;
  const options = [selected, ...alternatives];
  const figuresOf = (option: Option) => ({
    model: option.model,
    expectedCostUsd: formatUsd(option.expectedCostNanoUsd),
    upperBoundUsd: formatUsd(option.upperBoundNanoUsd),
    quality: rounded(option.quality),
    qualityUncertainty: rounded(option.uncertainty),
    latencyMs: option.latencyMs,
    assumed: option.assumed && [...option.assumed],
    score: rounded(scoreOf(option, options)),
  });
  return {
    ...figuresOf(selected),
    ...told,
    ...(control ? { control: controlViewOf(control) } : {}),
    alternatives: alternatives.map((option) => ({
      ...figuresOf(option),
      reason: option.because,
    })),
    leftOut: leftOut.map(({ model, because }) => ({ model, reason: because })),
  };
}

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 1e4) / 1e4;
