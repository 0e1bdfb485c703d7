import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { DefaultsRule } from '../../domain/members/member-defaults.ts';
import type { Principals } from '../../domain/scopes.ts';
import { forbiddenField } from '../errors.ts';
import type { Directory } from '../members/directory.ts';
import type { ReadAhead } from '../budgets/standings-outlook.ts';
import type { BudgetRulesReader } from '../budgets/budget-rules.ts';
import { type PredictorState, untrained } from '../../domain/prediction/predictor-state.ts';
import { candidatesFor } from '../../domain/selection/candidates.ts';
import { type Supply, supplyFor } from '../../domain/selection/supply.ts';
import type { WarmPrefix } from '../../domain/selection/warm-prefix.ts';
import { withModels } from '../../domain/naming/model-names.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import type { FlagReader } from '../flags.ts';
import type { PromptHashes } from './prompt-hashes.ts';
import type { Conversations } from './conversations.ts';
import type { PredictorReader } from '../prediction/predictor-state.ts';

/** What a call requests money for. */
export type Asked = {
  call: Call;
  request: AiRequest;
  /** Distinguishes requests with the same key (`digestOf`). */
  requestDigest: string;
};

/** A call's request, and everything about it that stays the same when its facts are read again. */
export type ReservationOrder = Asked & {
  request: AiRequest & Pick<Principals, 'listedTags'>;
  /** Names of models that the request used, by the model they stand for. */
  givenNames: ReadonlyMap<string, string>;
  /** What the user and the session get by default. */
  defaults: readonly DefaultsRule[];
  predictor: PredictorState;
  supply: Supply;
  /** What is cached of the conversation that the request belongs to. */
  warm: WarmPrefix | undefined;
  /** Where the conversation was served last. Requests that name no region are priced there. */
  sessionRegion: string | undefined;
  /** The requested model, or every candidate if none was requested. */
  askedModels: string[];
  /** Every model that may serve the request, requested ones first. */
  models: string[];
  /** Whether the request may try another model. */
  mayExplore: boolean;
  /** Whether active throttles apply. */
  isThrottled: boolean;
  /** What stands for its prompt, as far as it does not say itself. */
  hashes?: PromptHashes | undefined;
  /** Budgets that were read meanwhile. */
  ahead?: ReadAhead | undefined;
};

export type OrderDeps = {
  predictors: PredictorReader;
  catalogs: CatalogReader;
  flags: FlagReader;
  rules: BudgetRulesReader;
  directory: Directory;
  names: ModelNames;
  conversations: Pick<Conversations, 'warm' | 'region'>;
};

/**
 * Derives what may serve a request from the flags of its principals. From here on, names of models
 * are replaced by the models they stand for. What a process must read for this, it reads at one time.
 */
export async function orderOf(
  { predictors, catalogs, flags, rules, names, directory, conversations }: OrderDeps,
  asked: Asked,
): Promise<ReservationOrder> {
  const { organizationId, nowMs } = asked.call;
  const { model, departmentId, candidates = [] } = asked.request;
  const [placed, trained, catalog, switches, stated, modelOf] = await Promise.all([
    directory.place(asked.call, asked.request),
    predictors.current(organizationId),
    catalogs.current(organizationId),
    flags.current(organizationId),
    rules.current(organizationId, departmentId),
    names.read(organizationId, [model, ...candidates]),
  ]);
  if ('refusal' in placed) throw forbiddenField(placed.refusal);
  // The directory rarely knows of another department than the caller.
  const { listedTags, defaults } =
    placed.request.departmentId === departmentId
      ? stated
      : await rules.current(organizationId, placed.request.departmentId);
  const { request: named, givenNames } = withModels(placed.request, (name) => modelOf(name, nowMs));
  const request = { ...named, listedTags };
  const principals = { organizationId, ...request };
  const supply = supplyFor(request, { catalog, nowMs, feedback: trained.feedback });
  const { models } = candidatesFor(request, supply);
  const askedModels = request.model === undefined ? models : models.slice(0, 1);
  return {
    ...asked,
    request,
    givenNames,
    defaults,
    predictor: switches.isOn('trained-predictor', principals) ? trained : untrained(trained),
    supply,
    ...conversationOf(conversations, asked.call, request),
    askedModels,
    models: switches.isOn('model-switching', principals) ? models : askedModels,
    mayExplore: switches.isOn('exploration', principals),
    isThrottled: switches.isOn('throttling', principals),
  };
}

/** What is known of the conversation that a request belongs to. */
function conversationOf(
  conversations: OrderDeps['conversations'],
  call: Call,
  { sessionId, region, servingRegion, apis, cacheLife, cacheShare }: AiRequest,
): Pick<ReservationOrder, 'warm' | 'sessionRegion'> {
  const warm = conversations.warm(call, sessionId, {
    region: servingRegion ?? region,
    isRead: apis !== undefined,
    life: cacheLife,
    share: cacheShare,
  });
  return { warm, sessionRegion: conversations.region(call.organizationId, sessionId) };
}
