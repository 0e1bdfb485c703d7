import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { closeWorkflow, findWorkflow } from '../../services/reservations/close-workflow.ts';
import { openWorkflow } from '../../services/reservations/open-workflow.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { extend } from './extender.ts';
import { reserve } from './reserver.ts';
import { drawKey, drawRequest, keyTag, MODELS, spend } from './spender.ts';
import { ORGANIZATION, type World } from './world.ts';

const CLOSING_ATTEMPTS = 6;
const STEP = { probability: 1, retries: 0, retryProbability: 0 };

/**
 * One run of an agent: opens a workflow, makes its calls, more or fewer than planned and some at the
 * same time, and closes the workflow, sometimes while calls are under way; or dies at any point, so
 * that the workflow expires. A run that is refused makes its calls without a workflow.
 * @param sweep starts a sweeper
 */
export async function runAgent(
  world: World,
  number: number,
  sweep: () => Promise<unknown>,
): Promise<void> {
  const { random, scheduler } = world;
  const name = `w${number}`;
  const key = drawKey(world, name, world.drawSkew());
  const first = drawRequest(world);
  const workflow = await open(world, { name, key, first }, sweep);
  if (workflow && random.chance(0.05)) return;

  const calls = Array.from({ length: random.int(0, 5) }, async (_, index) => {
    await scheduler.sleep(random.next() * random.pick([50, 5_000, 40_000]));
    const call = `${name}.${index}`;
    await spend(world, { name: call, asks: callOf(world, first, workflow) }, sweep);
  });
  if (!workflow) return void (await Promise.all(calls));
  if (random.chance(0.1)) await extend(world, name, workflow, sweep);
  if (random.chance(0.3)) await scheduler.sleep(random.next() * 60_000);
  else await Promise.all(calls);
  if (random.chance(world.emphasis.isForgotten ?? 0.1)) return;
  const twin = random.chance(0.1) ? close(world, name, workflow) : undefined;
  await close(world, name, workflow);
  await twin;
}

/** Holds the money of one to three kinds of calls. */
function open(
  world: World,
  { name, key, first }: { name: string; key: string | undefined; first: AiRequest },
  sweep: () => Promise<unknown>,
): Promise<Entry | undefined> {
  const { random } = world;
  const { holdSeconds, ...others } = first;
  const request = { ...others, tags: { ...others.tags, ...keyTag(key, name) } };
  const steps = Array.from({ length: random.int(1, 3) }, () => ({
    request: { ...request, model: random.pick(MODELS) },
    times: random.int(1, 3),
    ...STEP,
  }));
  return reserve(world, {
    name,
    key,
    request,
    sweep,
    async send({ deps, db }, call) {
      const rateCards = createRateCardStore(db);
      const input = { steps, holdSeconds };
      const outcome = await openWorkflow({ ...deps, rateCards }, call, input, key);
      return outcome.kind === 'reserved'
        ? { kind: outcome.kind, entry: outcome.workflow }
        : outcome;
    },
  });
}

/** What a call of a run asks for. Rarely it belongs to no session, or to another project. */
function callOf(
  { random }: World,
  { userId, departmentId, system, sessionId, tags }: AiRequest,
  workflow: Entry | undefined,
): Partial<AiRequest> {
  return {
    userId,
    departmentId,
    system,
    ...(random.chance(0.95) ? { sessionId, tags } : {}),
    ...(workflow ? { workflowId: workflow.entryId } : {}),
  };
}

/** Closes a workflow until acknowledged, or gives up. */
async function close(world: World, name: string, { entryId }: Entry): Promise<void> {
  const { random, scheduler, auditor } = world;
  for (let attempt = 1; attempt <= CLOSING_ATTEMPTS; attempt += 1) {
    const answer = await world.ask(`close ${name}`, async ({ deps, now }) =>
      closeWorkflow(deps, await findWorkflow(deps.ledger, ORGANIZATION, entryId), now()),
    );
    if (answer.kind === 'value') {
      const isOpen = auditor.entry(entryId)?.state === 'reserved';
      if (isOpen) auditor.breaks('an acknowledged closing is never lost', entryId);
      return;
    }
    if (answer.kind === 'problem' && answer.type !== 'unavailable') {
      return auditor.breaks('a workflow can be closed', `${name} ${answer.type}`);
    }
    await scheduler.sleep(random.next() * 2_000);
  }
}
