import * as z from 'zod';
import { invalidField } from '../../contracts/problem.ts';
import { formatUsd, type NanoUsd } from '../../domain/money.ts';
import type { ListedModel } from '../../services/gateway/list-models.ts';
import { parsePart } from '../edge/parse-request.ts';
import type { RestEvent } from '../edge/streamed-response.ts';

/** Prices per million tokens, and what is left in the tightest budget, for people and programs. */
const moneyOf = ({ rate, remainingNanoUsd: left }: ListedModel) => ({
  input_usd_per_million: formatUsd(rate.inputNanoUsdPerMillion),
  output_usd_per_million: formatUsd(rate.outputNanoUsdPerMillion),
  ...(left === undefined ? {} : { remaining_usd: formatUsd(left), within_budget: left > 0n }),
});

/** A model as OpenAI's clients read it. */
export const openAiModel = (listed: ListedModel) => ({
  id: listed.model,
  object: 'model',
  created: Math.floor(listed.releasedAtMs / 1_000),
  owned_by: listed.maker,
  ...moneyOf(listed),
});

/** OpenAI's list has no pages. */
export const openAiModels = (all: readonly ListedModel[]) => ({
  object: 'list',
  data: all.map(openAiModel),
});

/** A model as Anthropic's clients read it. Claude Code shows the description when people choose. */
export function anthropicModel(listed: ListedModel) {
  const { model, facts, releasedAtMs, rate, remainingNanoUsd: left } = listed;
  const prices = [rate.inputNanoUsdPerMillion, rate.outputNanoUsdPerMillion].map(trimmedUsd);
  const rest = left === undefined ? '' : `; ${left > 0n ? trimmedUsd(left) : 'no'} USD left`;
  return {
    type: 'model',
    id: model,
    display_name: model,
    description: `${prices.join(' / ')} USD per million tokens of input / output${rest}`,
    created_at: textOf(releasedAtMs),
    max_input_tokens: facts?.contextTokens ?? null,
    max_tokens: facts?.maxOutputTokens ?? null,
    deprecated_at: textOf(facts?.legacyFromMs),
    retires_at: textOf(facts?.endsAtMs),
    ...moneyOf(listed),
  };
}

/** Without zeros at the end: `2.2`. */
const trimmedUsd = (amount: NanoUsd): string => formatUsd(amount).replace(/\.?0+$/, '');

const textOf = (atMs: number | undefined): string | null =>
  atMs === undefined ? null : new Date(atMs).toISOString();

const MOST_PER_PAGE = 1_000;
/** As Anthropic's API. */
const DEFAULT_PER_PAGE = 20;
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_PER_PAGE).default(DEFAULT_PER_PAGE),
  after_id: z.string().optional(),
  before_id: z.string().optional(),
});

/**
 * A page of the list that Anthropic's clients read.
 * @throws ProblemError naming the parameter that is wrong
 */
export function anthropicModels(
  all: readonly ListedModel[],
  { queryStringParameters }: Pick<RestEvent, 'queryStringParameters'>,
) {
  const query = parsePart(pageQuery, queryStringParameters ?? {}, 'query');
  const { limit, after_id: after, before_id: before } = query;
  if (after !== undefined && before !== undefined) {
    throw invalidField('before_id', 'may not be sent together with after_id');
  }
  const start = after === undefined ? 0 : placeOf(all, 'after_id', after) + 1;
  const end = before === undefined ? all.length : placeOf(all, 'before_id', before);
  const page =
    before === undefined
      ? all.slice(start, start + limit)
      : all.slice(Math.max(0, end - limit), end);
  const data = page.map(anthropicModel);
  return {
    data,
    has_more: data.length < end - start,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function placeOf(all: readonly ListedModel[], field: string, id: string): number {
  const place = all.findIndex(({ model }) => model === id);
  if (place >= 0) return place;
  throw invalidField(field, 'is no model of this list');
}
