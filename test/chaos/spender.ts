import { setTimeout as sleep } from 'node:timers/promises';
import { uuidV7 } from '../../client/uuid-v7.ts';
import type { AiRequest } from '../../contracts/ai-request.ts';
import type { SettleBody } from '../../contracts/reservations.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { type ErrorKind, ServiceError } from '../../services/errors.ts';
import { closeByMemory } from '../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import {
  findReservation,
  type SettleDeps,
  settleReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import type { Random } from '../simulation/random.ts';
import { DEPARTMENTS, MODELS, ORGANIZATION, PROJECT, RUN, TAG, USERS } from './chaos-options.ts';
import { budgetsOf, type Plan } from './plans.ts';
import type { Journal } from './journal.ts';
import { callOf } from '../support/call.ts';

export type SpenderCounts = {
  requests: number;
  granted: number;
  rejected: number;
  settled: number;
  voided: number;
  /** Abandoned without an answer to reserve or close. */
  unanswered: number;
};

export const noSpending = (): SpenderCounts => ({
  requests: 0,
  granted: 0,
  rejected: 0,
  settled: 0,
  voided: 0,
  unanswered: 0,
});

export type Spender = {
  deps: ReserveDeps & SettleDeps;
  random: Random;
  journal: Journal;
  counts: SpenderCounts;
  plans: readonly Plan[];
  /** Ends AI calls early. */
  stopping: AbortSignal;
};

type Answer<Value> =
  { kind: 'value'; value: Value } | { kind: 'problem'; type: ErrorKind } | { kind: 'unknown' };

const ATTEMPTS = 4;
const CLOSING_ATTEMPTS = 8;
const CALL_MS = 250;
const REPEAT_MS = 400;
const REJECTED_MS = 150;

/** One AI request: reserves, makes the AI call if allowed, then settles or voids. */
export async function spend(spender: Spender): Promise<void> {
  const { deps, random, journal, counts, stopping } = spender;
  counts.requests += 1;
  const request = drawRequest(random);
  const entry = await reserve(spender, request);
  if (!entry) return;
  const { entryId: id, amountNanoUsd } = entry;
  counts.granted += 1;
  const budgetIds = budgetsOf(spender.plans, request);
  journal.append({ kind: 'granted', id, model: entry.model, budgetIds });

  if (random.chance(0.05)) {
    if (await close(spender, id, 'void')) journal.append({ kind: 'voided', id });
    return;
  }
  const cost = drawCost(random, amountNanoUsd);
  const covered = cost < amountNanoUsd ? cost : amountNanoUsd;
  const outputTokens = random.int(1, request.maxOutputTokens);
  const usage = { ...NO_TOKENS, inputTokens: request.inputTokens, outputTokens };
  const usedTokens = request.inputTokens + outputTokens;
  const tokens = Math.min(usedTokens, entry.counts?.tokens ?? usedTokens);
  journal.append({ kind: 'spent', id, atMs: Date.now(), covered, tokens });
  const isSlow = random.chance(0.02);
  const callMs = isSlow ? deps.holdMs + random.next() * 3_000 : random.next() * CALL_MS;
  await sleep(callMs, undefined, { signal: stopping }).catch(() => undefined);
  // Some callers never report back; their reservations expire.
  if (random.chance(0.02)) return;
  const others = MODELS.filter((each) => each !== entry.model);
  const model = random.chance(0.1) ? others[0] : undefined;
  const body: SettleBody = { usage, actualCostUsd: cost, model };
  if (await close(spender, id, body)) journal.append({ kind: 'settled', id, cost, model });
}

const drawRequest = (random: Random) => ({
  system: 'relaycore',
  userId: random.pick(USERS),
  departmentId: random.pick(DEPARTMENTS),
  model: random.pick(MODELS),
  inputTokens: 1_000,
  maxOutputTokens: random.pick([200, 500]),
  sessionId: random.chance(0.2) ? RUN : undefined,
  tags: random.chance(0.3) ? { [TAG]: PROJECT } : undefined,
});

async function reserve(spender: Spender, request: AiRequest): Promise<Entry | undefined> {
  const { deps, random, journal, counts } = spender;
  const key = random.pick([
    uuidV7(Date.now()),
    uuidV7(Date.now()),
    `opaque-${uuidV7(Date.now())}`,
    undefined,
  ]);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answers = await askOnceOrTwice(spender, key !== undefined, () =>
      createReservation(deps, callOf(ORGANIZATION, Date.now()), request, key),
    );
    const made = answers.flatMap((answer) =>
      answer.kind === 'value' && answer.value.kind === 'reserved' ? [answer.value.entry] : [],
    );
    const [entry, twin] = made;
    if (entry && twin && entry.entryId !== twin.entryId) {
      journal.append({ kind: 'wrong', facts: `${key} made ${entry.entryId} and ${twin.entryId}` });
    }
    // A reservation from a much earlier attempt may have expired, so nothing may be spent from it.
    if (entry) return entry.state === 'reserved' ? entry : undefined;
    if (answers.some(({ kind }) => kind === 'value')) {
      counts.rejected += 1;
      await sleep(random.next() * REJECTED_MS);
      return undefined;
    }
    // The key has become too old to reserve anything.
    if (answers.some((answer) => answer.kind === 'problem' && answer.type !== 'unavailable')) break;
    await sleep(random.next() * REPEAT_MS);
  }
  counts.unanswered += 1;
  return undefined;
}

/** Settles or voids until acknowledged. @returns whether it was acknowledged */
async function close(spender: Spender, id: string, how: SettleBody | 'void'): Promise<boolean> {
  const { deps, random, journal, counts } = spender;
  for (let attempt = 1; attempt <= CLOSING_ATTEMPTS; attempt += 1) {
    const answers = await askOnceOrTwice(spender, true, async () => {
      const nowMs = Date.now();
      if (how !== 'void') {
        const sought = { organizationId: ORGANIZATION, reservationId: id, nowMs };
        return closeByMemory(deps, sought, ({ entry, isRemembered }) =>
          settleReservation(deps, entry, how, { nowMs, isRemembered }),
        );
      }
      const reservation = await findReservation(deps.ledger, ORGANIZATION, id);
      return voidReservation(deps, reservation, nowMs);
    });
    if (answers.some(({ kind }) => kind === 'value')) {
      counts[how === 'void' ? 'voided' : 'settled'] += 1;
      return true;
    }
    for (const answer of answers) {
      if (answer.kind !== 'problem' || answer.type === 'unavailable') continue;
      // An expired reservation is presumed spent and can no longer be voided.
      if (how === 'void' && answer.type === 'conflict') return false;
      journal.append({ kind: 'wrong', facts: `${id} cannot be closed: ${answer.type}` });
      return false;
    }
    await sleep(random.next() * REPEAT_MS);
  }
  counts.unanswered += 1;
  return false;
}

/** Callers and gateways repeat calls when in doubt, so five percent of calls are made twice. */
function askOnceOrTwice<Value>(
  spender: Spender,
  isRepeatable: boolean,
  step: () => Promise<Value>,
): Promise<Answer<Value>[]> {
  const times = isRepeatable && spender.random.chance(0.05) ? 2 : 1;
  return Promise.all(Array.from({ length: times }, () => ask(spender, step)));
}

/** Returns the caller's view. Records any undocumented answer as wrong. */
export async function ask<Value>(
  { journal }: Pick<Spender, 'journal'>,
  step: () => Promise<Value>,
): Promise<Answer<Value>> {
  try {
    return { kind: 'value', value: await step() };
  } catch (error) {
    if (error instanceof ServiceError) return { kind: 'problem', type: error.kind };
    if (!(error instanceof StoreUnavailableError)) {
      journal.append({ kind: 'wrong', facts: `thrown: ${String(error)}` });
    }
    return { kind: 'unknown' };
  }
}

/** Usually below the reserved amount, sometimes equal, rarely above. */
function drawCost(random: Random, amountNanoUsd: bigint): bigint {
  if (random.chance(0.3)) return amountNanoUsd;
  const percent = random.chance(0.03) ? random.int(101, 200) : random.int(0, 100);
  return (amountNanoUsd * BigInt(percent)) / 100n;
}
