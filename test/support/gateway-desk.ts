import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { callStreamed, restEvent, type StreamedCall } from './streamed-call.ts';
import { createBedrockRuntime } from '../../aws/bedrock-runtime.ts';
import { credentialServices, keyServices } from '../../composition/access.ts';
import { budgetServices } from '../../composition/budgets.ts';
import { gatewayServices } from '../../composition/gateway.ts';
import { createHandler } from '../../lambdas/gateway/handler.ts';
import { streamedHandler } from '../../lambdas/edge/streamed-response.ts';
import type { SharedStore } from '../../domain/caching/cache.ts';
import type { CatalogModel } from '../../domain/catalog/model.ts';
import { setModel } from '../../services/catalog/set-model.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createModelStore } from '../../tables/models.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { CLAUDE, GPT, NOVA, startStandIn, type StandIn } from '../local/bedrock/stand-in.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embedded-store.ts';
import type { GatewayDeps } from '../../services/gateway/open-call.ts';
import type { Admission, QuotaKeeper } from '../../services/quotas/quota-keeper.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createRunningSumStore } from '../../tables/ledger/running-sums.ts';
import { testWorld } from './world.ts';

const NO_QUOTA = { rate: { perSecond: 100, burst: 200 }, remaining: 99, refused: undefined };
const MODELS = [CLAUDE, GPT, NOVA, 'amazon.titan-embed-text-v2:0'];
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'];
const PLACE = { regions: REGIONS, models: MODELS, region: 'us-east-1' };

type Request = NonNullable<Parameters<typeof restEvent>[1]>;

/**
 * The gateway's function on a store of its own, with a stand-in for Bedrock. Every test has an
 * organization of its own, with an admin's key.
 */
export function openGatewayDesk() {
  let store: EmbeddedStore;
  let standIn: StandIn;
  let handler: object;
  let organizations = 0;
  const world = testWorld();
  const quotas = { admit: () => Promise.resolve(desk.quota) };
  const desk = {
    organizationId: '',
    key: '',
    /** What the caller's quota of requests answers. */
    quota: NO_QUOTA as Admission,
    world,
    get standIn(): StandIn {
      return standIn;
    },
    services: undefined as unknown as ReturnType<typeof gatewayServices>,
    /** @param request its key is the admin's, unless a header says another */
    call: (route: string, request: Request = {}): Promise<StreamedCall> =>
      callStreamed(
        handler,
        restEvent(route, {
          ...request,
          headers: { authorization: `Bearer ${desk.key}`, ...request.headers },
        }),
      ),
    /** A key of the organization. */
    newKey: (body: KeyFacts = {}) => newKey(store, world, desk.organizationId, body),
    /** Sets a daily budget of a user. */
    limit: (scope: 'user' | 'session', scopeId: string, limitNanoUsd: bigint) =>
      setLimit(store, world, desk.organizationId, { scope, scopeId, limitNanoUsd }),
    /** Describes a model that ships with Purser differently. */
    putModel: (model: string, facts: Partial<CatalogModel>) =>
      putModel(store, desk.organizationId, model, facts),
    entryOf: (answer: StreamedCall) => desk.services.ledger.getReservation(idIn(answer)),
    balanceOf: (name: string) => balanceOf(store, desk.organizationId, name),
    takeConsumed: () => store.takeConsumed(),
    get db() {
      return store.db;
    },
    /** Another organization, with an admin's key, for the calls that follow. */
    async newOrganization() {
      organizations += 1;
      desk.organizationId = `organization-${organizations}-${randomBytes(3).toString('hex')}`;
      desk.key = await desk.newKey({ role: 'admin' });
    },
    /** Starts the function again, which remembers nothing. @param answers where answers are kept */
    restart(db = store.db, answers?: SharedStore) {
      desk.services = gatewayServices(db, { ...world, answers }, PLACE);
      handler = gatewayHandler(store, standIn, { ...desk.services, ...world, quotas });
    },
    check: () => checkLedger(createLedgerStore(store.db, world)),
  };
  beforeAll(async () => {
    [store, standIn] = await Promise.all([startEmbeddedStore(), startStandIn()]);
    desk.restart();
  });
  beforeEach(async () => {
    await desk.newOrganization();
    desk.quota = NO_QUOTA;
    for (const told of [world.telemetry.lines, world.telemetry.metrics]) told.length = 0;
    standIn.bedrock.clear();
    standIn.set({});
  });
  afterAll(async () => {
    await standIn?.stop();
    await store?.close();
  });
  return desk;
}

type Limit = { scope: 'user' | 'session'; scopeId: string; limitNanoUsd: bigint };

async function setLimit(
  { db }: EmbeddedStore,
  world: ReturnType<typeof testWorld>,
  organizationId: string,
  { scope, scopeId, limitNanoUsd }: Limit,
): Promise<void> {
  const { budgets } = budgetServices(db, world);
  await budgets.put(
    { organizationId, actor: 'test', nowMs: Date.now() },
    { scope, scopeId, period: scope === 'session' ? 'total' : 'daily' },
    { limitNanoUsd, timeZone: 'UTC' },
  );
}

type KeyFacts = { role?: 'caller' | 'viewer' | 'admin'; users?: string[] };

async function newKey(
  { db }: EmbeddedStore,
  world: ReturnType<typeof testWorld>,
  organizationId: string,
  body: KeyFacts,
): Promise<string> {
  const { manager } = keyServices(db, { ...world, environment: 'dev' });
  const call = { organizationId, actor: 'test', role: 'admin', nowMs: Date.now() } as const;
  const made = await manager.create(call, { name: 'a key', role: 'caller', ...body }, undefined);
  return made.text;
}

const putModel = (
  { db }: EmbeddedStore,
  organizationId: string,
  model: string,
  facts: Partial<CatalogModel>,
) =>
  setModel(
    { models: createModelStore(db), audit: createAuditLog(db) },
    { organizationId, actor: 'test', nowMs: Date.now() },
    model,
    facts,
  );

const idIn = ({ headers }: StreamedCall): string => headers['x-purser-reservation-id'] ?? '';

/** A balance, by its name in an entry. */
async function balanceOf({ db }: EmbeddedStore, organizationId: string, name: string) {
  const [balance] = await createRunningSumStore(db).listBalances([{ organizationId, name }]);
  return balance;
}

type Services = ReturnType<typeof gatewayServices> &
  ReturnType<typeof testWorld> & { quotas: QuotaKeeper };

/** The function as deployed, but for quotas, with its calls of Bedrock led to the stand-in. */
function gatewayHandler({ db }: EmbeddedStore, standIn: StandIn, services: Services): object {
  return streamedHandler(
    createHandler({
      ...services,
      ...credentialServices(db),
      rememberedMs: 60_000,
      providerOf: providerOf(standIn),
    }),
  );
}

/** Leads calls of Bedrock to the stand-in. */
export function providerOf({ endpoint }: StandIn): GatewayDeps['providerOf'] {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const bedrock = createBedrockRuntime({
    endpoint,
    credentials: () => Promise.resolve(credentials),
  });
  return () => Promise.resolve(bedrock);
}
