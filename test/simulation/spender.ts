import type { AiRequest } from '../../contracts/ai-request.ts';
import type { SettleBody } from '../../contracts/reservations.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { closeByMemory } from '../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import {
  findReservation,
  settleReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { correct } from './corrector.ts';
import { extend } from './extender.ts';
import { OPAQUE, reserve } from './reserver.ts';
import { ORGANIZATION, type World } from './world.ts';
import { callOf } from '../support/call.ts';

export const USERS: readonly [string, ...string[]] = ['ada', 'bob', 'cyd', 'dee'];
export const DEPARTMENTS: readonly [string, ...string[]] = ['research', 'sales'];
export const SYSTEMS: readonly [string, ...string[]] = ['relaycore', 'automatrix'];
export const MODELS: readonly [string, ...string[]] = [
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
];
/** A tag that the organization lists, and the values that requests send. */
export const TAG = 'project';
export const PROJECTS: readonly [string, ...string[]] = ['apollo', 'zeus'];
/** After this many unanswered attempts, a caller gives up and its reservation expires. */
const CLOSING_ATTEMPTS = 6;

/** One AI request of a caller: its name, and what it asks for besides what is drawn. */
type Spending = { name: string; asks?: Partial<AiRequest> };

/**
 * One AI request: reserves, makes the AI call if allowed, then settles or voids; or dies at any
 * point. Repeats unanswered calls with the same key. A settlement may be corrected later.
 * @param sweep starts a sweeper
 */
export async function spend(
  world: World,
  { name, asks = {} }: Spending,
  sweep: () => Promise<unknown>,
): Promise<void> {
  const { random, scheduler, auditor, emphasis } = world;
  const skewMs = world.drawSkew();
  const key = drawKey(world, name, skewMs);
  const request = { ...drawRequest(world), ...asks };
  const named = { ...request, tags: { ...request.tags, ...keyTag(key, name) } };
  // A request may wait in a queue after its key was made.
  if (random.chance(0.1)) await scheduler.sleep(random.next() * 100_000);
  const reserved = await reserve(world, {
    name,
    key,
    request: named,
    sweep,
    send: (process, call) => createReservation(process.deps, call, named, key),
  });
  if (!reserved || random.chance(0.04)) return;
  const { entryId, amountNanoUsd } = reserved;

  if (random.chance(0.1)) return close(world, name, reserved, 'void');
  const costNanoUsd = drawCost(world, amountNanoUsd);
  scheduler.note(`${name} CALLS for ${costNanoUsd} of ${amountNanoUsd}`);
  auditor.onSpend(entryId, costNanoUsd > amountNanoUsd ? amountNanoUsd : costNanoUsd);
  const isSlow = random.chance(emphasis.isLate ?? 0.08);
  if (isSlow && random.chance(0.5)) await extend(world, name, reserved, sweep);
  await scheduler.sleep(
    isSlow ? world.lastHoldMs + random.next() * 200_000 : random.next() * 20_000,
  );
  if (random.chance(emphasis.isForgotten ?? 0.06)) return;

  const body: SettleBody = {
    usage: { ...NO_TOKENS, outputTokens: random.int(0, 9) },
    actualCostUsd: costNanoUsd,
    ...(random.chance(emphasis.namesModel ?? 0.05) ? { model: random.pick(MODELS) } : {}),
  };
  const twin = random.chance(0.08) ? close(world, name, reserved, body) : undefined;
  await close(world, name, reserved, body);
  await twin;
  if (random.chance(0.05)) await close(world, name, reserved, body);
  if (random.chance(0.1)) await Promise.all([correct(world, reserved), correct(world, reserved)]);
}

/** Settles or voids until acknowledged, or gives up. */
async function close(
  world: World,
  name: string,
  { entryId }: Entry,
  how: SettleBody | 'void',
): Promise<void> {
  const { random, scheduler, auditor } = world;
  for (let attempt = 1; attempt <= CLOSING_ATTEMPTS; attempt += 1) {
    const answer = await world.ask(
      `${how === 'void' ? 'void' : 'settle'} ${name}`,
      async (process) => {
        const { deps } = process;
        const by = callOf(ORGANIZATION, process.now());
        if (how !== 'void') {
          const sought = { ...by, reservationId: entryId };
          return closeByMemory(deps, sought, ({ entry, isRemembered }) =>
            settleReservation(deps, entry, how, { nowMs: process.now(), by, isRemembered }),
          );
        }
        const reservation = await findReservation(deps.ledger, ORGANIZATION, entryId);
        return voidReservation(deps, reservation, process.now());
      },
    );
    if (answer.kind === 'value') {
      const stored = auditor.entry(entryId);
      const costNanoUsd = how === 'void' ? 0n : how.actualCostUsd;
      if (stored?.state !== answer.value.state || stored.chargedNanoUsd !== costNanoUsd) {
        auditor.breaks('an acknowledged closing is never lost', `${entryId} ${stored?.state}`);
      }
      return;
    }
    // A reservation may expire before it is voided, and is then presumed spent.
    if (answer.kind === 'problem' && answer.type === 'conflict' && how === 'void') return;
    if (answer.kind === 'problem' && answer.type !== 'unavailable') {
      auditor.breaks('a reservation can be closed', `${name} ${answer.type}`);
      return;
    }
    await scheduler.sleep(random.next() * 2_000);
  }
}

/** A tag by which the auditor finds what was made with a key. */
export const keyTag = (key: string | undefined, name: string): Record<string, string> =>
  key === undefined ? {} : { key: name };

export function drawRequest({ random }: World): AiRequest {
  const userId = random.pick(USERS);
  return {
    system: random.pick(SYSTEMS),
    userId,
    departmentId: random.chance(0.8) ? random.pick(DEPARTMENTS) : undefined,
    model: random.pick(MODELS),
    inputTokens: 1_000,
    maxOutputTokens: random.pick([500, 1_000, 2_000]),
    ...(random.chance(0.2) ? { sessionId: sessionOf(userId) } : {}),
    ...(random.chance(0.1) ? { holdSeconds: random.int(30, 300) } : {}),
    tags: random.chance(0.3) ? { [TAG]: random.pick(PROJECTS) } : {},
  };
}

/** A session belongs to the user of its first request. */
export const sessionOf = (userId: string): string => `run-of-${userId}`;

/** A UUIDv7 by the caller's own clock, an opaque key, or none. */
export function drawKey(world: World, name: string, skewMs: number): string | undefined {
  const kind = world.random.pick(['uuid', 'uuid', 'opaque', 'none']);
  if (kind === 'none') return undefined;
  if (kind === 'opaque') return `${OPAQUE}${name}`;
  const time = world.outsideNow(skewMs).toString(16).padStart(12, '0');
  const rest = world.random.bytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(4, 16)}`;
}

/** Usually below the reserved amount, sometimes equal, rarely above. */
function drawCost({ random }: World, amountNanoUsd: bigint): bigint {
  if (random.chance(0.3)) return amountNanoUsd;
  const percent = random.chance(0.03) ? random.int(101, 200) : random.int(0, 100);
  return (amountNanoUsd * BigInt(percent)) / 100n;
}
