import * as z from 'zod';
import type { Role } from '../domain/access/caller.ts';
import { TRIP_CAUSES } from '../domain/routing/breaker.ts';
import { DEFAULT_STRATEGY, STRATEGIES } from '../domain/routing/order-endpoints.ts';
import { type Provider, PROVIDER_APIS } from '../domain/routing/provider.ts';
import type { EndpointStatus } from '../domain/routing/endpoint-status.ts';
import type { RoutingSettings } from '../domain/routing/routing-settings.ts';
import { identifier, instantText, modelName, regionName } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_MODELS = 50;
const MOST_PLACES = 20;
const MOST_TOOL_TYPES = 20;
const MOST_URL_CHARACTERS = 500;
const MOST_ARN_CHARACTERS = 600;

const strategy = z.enum(STRATEGIES).meta({
  description:
    'nearest (default): the closest region. round-robin: each in turn. least-connections: the one with the fewest calls in progress. performance: the faster and more reliable, the more calls. severity: urgent calls to the best, others to the cheapest. The calls of a session stay together',
});

const isUnique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const regions = z
  .array(regionName)
  .min(1, 'must have at least one region')
  .max(MOST_PLACES, `must have at most ${MOST_PLACES} regions`)
  .refine(isUnique, 'must not repeat a region');

const toolTypes = z
  .array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a type of tool such as custom'))
  .max(MOST_TOOL_TYPES, `must have at most ${MOST_TOOL_TYPES} types`)
  .refine(isUnique, 'must not repeat a type')
  .meta({
    description:
      'Types of tools, besides function, that its Responses API takes, such as custom, namespace or web_search. Purser turns the others into functions, or leaves out what only a provider can run. Absent: requests go as they are',
  });

const providerModel = z.strictObject({
  model: modelName.meta({ description: 'The model as its rate card names it' }),
  upstreamModel: identifier
    .optional()
    .meta({ description: "The provider's name for it. Default: the same", example: 'coder-7b' }),
  apis: z
    .array(z.enum(PROVIDER_APIS))
    .min(1, 'must have at least one API')
    .max(PROVIDER_APIS.length)
    .refine(isUnique, 'must not repeat an API')
    .meta({ description: 'The APIs that it is served by' }),
});

export const putProviderBody = z
  .strictObject({
    baseUrl: z
      .string()
      .max(MOST_URL_CHARACTERS, `must have at most ${MOST_URL_CHARACTERS} characters`)
      .meta({
        description:
          'Address of the OpenAI-compatible API, with its version. A public https URL, or a host that the deployment allows',
        example: 'https://inference.example.com/v1',
      }),
    secretArn: z
      .string()
      .max(MOST_ARN_CHARACTERS)
      .regex(
        /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$/,
        'must be the ARN of a secret in Secrets Manager',
      )
      .optional()
      .meta({
        description:
          'The secret that holds the key, as plain text. Its name begins with the prefix of the deployment, providers/ and the id of the organization. Absent: the provider needs no key',
        example:
          'arn:aws:secretsmanager:us-east-1:123456789012:secret:purser-prod-providers/acme/neuro-a1b2c3',
      }),
    regions: regions.optional().meta({
      description: 'Regions that it serves from, if that matters for prices or nearness',
    }),
    models: z
      .array(providerModel)
      .min(1, 'must have at least one model')
      .max(MOST_MODELS, `must have at most ${MOST_MODELS} models`)
      .refine((models) => isUnique(models.map(({ model }) => model)), 'must not repeat a model'),
    toolTypes: toolTypes.optional(),
    strategy: strategy.optional(),
  })
  .meta({ id: 'ProviderInput' });

const providerView = z
  .object({
    name: z.string(),
    baseUrl: z.string(),
    secretArn: z.string().optional(),
    regions: z.array(z.string()),
    models: z.array(
      z.object({
        model: z.string(),
        upstreamModel: z.string().optional(),
        apis: z.array(z.enum(PROVIDER_APIS)),
      }),
    ),
    toolTypes: z.array(z.string()).optional(),
    strategy: strategy.optional(),
  })
  .meta({ id: 'Provider' });

const endpointView = z
  .object({
    provider: z.string().meta({ description: 'bedrock, or the name of an own provider' }),
    model: z.string().meta({ description: "The provider's name for the model" }),
    region: z.string().optional(),
    state: z.enum(['closed', 'half-open', 'open']).meta({
      description:
        'State of its circuit breaker. closed: it gets calls. open: it gets none. half-open: single calls try it',
    }),
    cause: z.enum(TRIP_CAUSES).optional().meta({
      description:
        'Why it opened last. failing, throttled: most of its calls fail. outlier: it fails more often than the rest of its pool. slow: it takes three times as long as the rest',
    }),
    since: instantText.optional().meta({ description: 'When it opened or closed last' }),
    probesFrom: instantText.optional().meta({ description: 'Open: when single calls try it' }),
    successShare: z
      .number()
      .optional()
      .meta({ description: 'From 0 to 1, of the calls of the last 30 seconds' }),
    latencyMs: z
      .number()
      .optional()
      .meta({ description: 'Mean of successful calls until they end' }),
    firstTokenMs: z.number().optional().meta({ description: 'Mean until the first byte' }),
  })
  .meta({ id: 'Endpoint' });

export const routingSettings = z
  .strictObject({
    strategy: strategy.default(DEFAULT_STRATEGY),
    pools: z
      .array(z.strictObject({ model: modelName, strategy }))
      .max(MOST_MODELS)
      .refine((pools) => isUnique(pools.map(({ model }) => model)), 'must not repeat a model')
      .default([])
      .meta({ description: 'Models with another strategy' }),
    regions: regions.optional().meta({
      description: 'The only regions of the deployment that Amazon Bedrock may be called in',
    }),
    profiles: z.enum(['geographic', 'global']).default('geographic').meta({
      description:
        'Which inference profile serves a model that the caller names without one. geographic: it stays in the geography of the region. global: anywhere, and cheaper for many models',
    }),
  })
  .meta({ id: 'RoutingSettings' });

const params = z.strictObject({ name: identifier });
const access = { subject: 'organization' } as const;
const readers: Role[] = ['operator', 'admin'];

export const routingRoutes = {
  listProviders: defineRoute({
    method: 'GET',
    path: '/v1/providers',
    summary: "The organization's own providers of models",
    roles: readers,
    access,
    responses: {
      200: { description: 'Every provider', schema: z.object({ items: z.array(providerView) }) },
    },
  }),
  getProvider: defineRoute({
    method: 'GET',
    path: '/v1/providers/{name}',
    summary: 'One of the own providers of models',
    roles: readers,
    access,
    params,
    problems: ['not-found'],
    responses: { 200: { description: 'The provider', schema: providerView } },
  }),
  putProvider: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/providers/{name}',
    summary:
      'Add an OpenAI-compatible endpoint that serves models; replaces a provider of this name. In force within ten seconds',
    roles: ['admin'],
    access,
    params,
    body: putProviderBody,
    responses: { 200: { description: 'The provider now', schema: providerView } },
  }),
  deleteProvider: defineRoute({
    method: 'DELETE',
    path: '/v1/providers/{name}',
    summary: 'Send no more calls to a provider',
    roles: ['admin'],
    access,
    params,
    problems: ['not-found'],
    responses: { 200: { description: 'The deleted provider', schema: providerView } },
  }),
  listEndpoints: defineRoute({
    method: 'GET',
    path: '/v1/endpoints',
    summary: 'Health of the endpoints that serve models: those of own providers, and those in use',
    roles: ['viewer', 'operator', 'admin'],
    access,
    responses: {
      200: {
        description: 'Endpoints in order of provider, model and region',
        schema: z.object({ items: z.array(endpointView) }),
      },
    },
  }),
  getRoutingSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/routing',
    summary: 'How calls of models spread over endpoints',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: routingSettings } },
  }),
  putRoutingSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/routing',
    summary: 'Choose how calls of models spread over endpoints, and in which regions',
    roles: ['operator', 'admin'],
    access,
    body: routingSettings,
    responses: { 200: { description: 'The setting now in force', schema: routingSettings } },
  }),
};

export const providerOf = (
  name: string,
  { baseUrl, secretArn, regions: places = [], ...body }: z.output<typeof putProviderBody>,
): Provider => ({ name, address: { baseUrl, secretArn }, regions: places, ...body });

export const providerViewOf = ({
  address,
  ...provider
}: Provider): z.output<typeof providerView> => ({
  name: provider.name,
  ...address,
  regions: [...provider.regions],
  models: provider.models.map(({ model, upstreamModel, apis }) => ({
    model,
    upstreamModel,
    apis: [...apis],
  })),
  toolTypes: provider.toolTypes && [...provider.toolTypes],
  strategy: provider.strategy,
});

type Settings = z.output<typeof routingSettings>;

export const routingOf = ({ profiles, ...settings }: Settings): RoutingSettings => ({
  ...settings,
  prefersGlobal: profiles === 'global',
});

export const routingViewOf = ({
  strategy: chosen = DEFAULT_STRATEGY,
  pools,
  regions: places,
  prefersGlobal,
}: RoutingSettings): Settings => ({
  strategy: chosen,
  pools: pools.map((pool) => ({ ...pool })),
  ...(places === undefined ? {} : { regions: [...places] }),
  profiles: prefersGlobal === true ? 'global' : 'geographic',
});

const instantOf = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString();

/** The API's view of an endpoint's health. */
export const endpointViewOf = ({
  upstreamModel,
  sinceMs,
  probesFromMs,
  ...status
}: EndpointStatus): z.output<typeof endpointView> => ({
  ...status,
  model: upstreamModel,
  since: instantOf(sinceMs),
  probesFrom: instantOf(probesFromMs),
  latencyMs: status.latencyMs && Math.round(status.latencyMs),
  firstTokenMs: status.firstTokenMs && Math.round(status.firstTokenMs),
});
