import type { AiRequest } from '../../contracts/ai-request.ts';
import type { SettleBody } from '../../contracts/reservations.ts';
import type { UsageEvent } from '../../contracts/usage.ts';
import type { Budget } from '../../domain/ledger/budget.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { ServiceError } from '../../services/errors.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { chargeUsage } from '../../services/reservations/charge-usage.ts';
import { closeByMemory } from '../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import {
  findReservation,
  settleReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { extendReservation } from '../../services/reservations/extend-reservation.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { type Answer, ORGANIZATION } from '../simulation/world.ts';
import { die } from './gated-store.ts';
import type { Client } from './small-world.ts';
import type { Fate } from './step.ts';
import { callOf } from '../support/call.ts';

/** Attempts of a caller that gets no answer or is told to retry. */
const ATTEMPTS = 4;

/** Reserves, repeating unanswered calls with the same key. */
export async function reserve(
  client: Client,
  request: AiRequest,
  key: string,
): Promise<Entry | undefined> {
  const { auditor, process } = client;
  const name = request.tags?.['key'] ?? key;
  const answer = await persist(client, async () => {
    const earlier = auditor.reservationOf(name);
    const outcome = await createReservation(
      process.deps,
      callOf(ORGANIZATION, process.now()),
      request,
      key,
    );
    if (outcome.kind === 'reject' && earlier !== undefined) {
      auditor.breaks('a key that made a reservation is never rejected', `${name} ${earlier}`);
    }
    return outcome;
  });
  if (answer.kind !== 'value') return undefined;
  if (answer.value.kind !== 'reserved') {
    auditor.counts.rejected += 1;
    return undefined;
  }
  const { entry } = answer.value;
  if (auditor.reservationOf(name) !== entry.entryId) {
    auditor.breaks('a key answers one reservation', `${name} ${entry.entryId}`);
  }
  if (!auditor.entry(entry.entryId)) {
    auditor.breaks('an acknowledged reservation is never lost', entry.entryId);
  }
  return entry;
}

/** The AI call of a caller that may proceed. The caller may die right after it. */
export async function makeAiCall(client: Client, entry: Entry, costNanoUsd: bigint): Promise<void> {
  await waitAtGate(client, `AI call for ${costNanoUsd}`, ['done', 'dies'], () =>
    client.auditor.onSpend(entry.entryId, costNanoUsd),
  );
}

/** A client action outside the store. The laws compare it with the whole ledger. */
function waitAtGate(
  { gate, caller }: Client,
  label: string,
  fates: Fate[],
  act: () => void = () => {},
): Promise<void> {
  if (gate.isOpen) return Promise.resolve(act());
  const id = `${caller.name}${(caller.calls += 1)}`;
  return new Promise((resolve) => {
    gate.steps.push({
      id,
      owner: caller.name,
      call: id,
      label,
      touches: { reads: [''], writes: [] },
      fates,
      happen(fate) {
        act();
        return fate === 'dies' ? die(gate, caller) : resolve();
      },
    });
  });
}

/**
 * Settles or voids until acknowledged or legitimately refused.
 * @param model that served the request, if another one was reserved
 */
export async function close(
  client: Client,
  entryId: string,
  how: bigint | 'void',
  model?: string,
): Promise<void> {
  const { auditor, process } = client;
  const { deps } = process;
  const answer = await persist(client, async () => {
    const by = callOf(ORGANIZATION, process.now());
    if (how !== 'void') {
      const sought = { ...by, reservationId: entryId };
      return closeByMemory(deps, sought, ({ entry, isRemembered }) =>
        settleReservation(
          deps,
          entry,
          { ...bodyOf(how), model },
          { nowMs: process.now(), by, isRemembered },
        ),
      );
    }
    const reservation = await findReservation(deps.ledger, ORGANIZATION, entryId);
    return voidReservation(deps, reservation, process.now());
  });
  if (answer.kind === 'value') {
    const stored = auditor.entry(entryId);
    const costNanoUsd = how === 'void' ? 0n : how;
    if (stored?.state !== answer.value.state || stored.chargedNanoUsd !== costNanoUsd) {
      auditor.breaks('an acknowledged closing is never lost', `${entryId} ${stored?.state}`);
    }
  } else if (answer.kind === 'problem' && !['conflict', 'unavailable'].includes(answer.type)) {
    auditor.breaks('a reservation can be closed', `${entryId} ${answer.type}`);
  }
}

/** Extends a hold until acknowledged or legitimately refused. */
export async function extend(client: Client, entryId: string, holdSeconds: number): Promise<void> {
  const { auditor, process } = client;
  const { deps } = process;
  const answer = await persist(client, async () => {
    const reservation = await findReservation(deps.ledger, ORGANIZATION, entryId);
    return extendReservation(deps, reservation, holdSeconds, process.now());
  });
  if (answer.kind === 'value') {
    const storedMs = auditor.entry(entryId)?.expiresAtMs ?? 0;
    const answeredMs = answer.value.expiresAtMs ?? 0;
    const isKept = answeredMs >= process.now() + holdSeconds * 1_000 && storedMs >= answeredMs;
    if (!isKept) auditor.breaks('an acknowledged extension is never lost', entryId);
  } else if (answer.kind === 'problem' && !['conflict', 'unavailable'].includes(answer.type)) {
    auditor.breaks('an open reservation can be extended', `${entryId} ${answer.type}`);
  }
}

/** Reserves, makes the AI call if allowed, and settles it. @returns whether it proceeded */
export async function spend(
  client: Client,
  request: AiRequest,
  key: string,
  costOf: (amountNanoUsd: bigint) => bigint,
): Promise<boolean> {
  const entry = await reserve(client, request, key);
  if (!entry) return false;
  const costNanoUsd = costOf(entry.amountNanoUsd);
  await makeAiCall(client, entry, costNanoUsd);
  await close(client, entry.entryId, costNanoUsd);
  return true;
}

export const sweep = (client: Client): Promise<unknown> =>
  persist(client, ({ deps, sweepNow }) => sweepReservations(deps, sweepNow()));

type BudgetSettings = Pick<Budget, 'limitNanoUsd' | 'timeZone' | 'enforcement'> &
  Partial<Pick<Budget, 'countLimits' | 'rolloverCapNanoUsd' | 'idleSeconds'>>;
type Target = Pick<Budget, 'scope' | 'scopeId' | 'period'>;

export const putBudget = (
  client: Client,
  target: Target,
  settings: BudgetSettings,
): Promise<Answer<unknown>> =>
  persist(client, ({ budgets, now }) =>
    budgets.put({ organizationId: ORGANIZATION, actor: 'admin', nowMs: now() }, target, settings),
  );

/** Reports usage without a reservation until acknowledged. */
export async function charge(client: Client, event: UsageEvent, rate: Rate): Promise<void> {
  const answer = await persist(client, ({ deps, now }) =>
    chargeUsage(deps, callOf(ORGANIZATION, now()), [{ index: 0, event }], () => rate),
  );
  if (answer.kind === 'value' && !client.auditor.entry(event.eventId)) {
    client.auditor.breaks('an acknowledged charge is never lost', event.eventId);
  }
}

/** Repeats until the answer is final. */
export async function persist<Value>(
  client: Client,
  step: (process: Client['process']) => Promise<Value>,
): Promise<Answer<Value>> {
  let answer: Answer<Value> = { kind: 'unknown' };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await waitAtGate(client, 'asks again', ['done']);
    answer = await step(client.process).then(
      (value): Answer<Value> => ({ kind: 'value', value }),
      (error: unknown) => answerOf(client, error),
    );
    if (answer.kind === 'value') break;
    if (answer.kind === 'problem' && answer.type !== 'unavailable') break;
  }
  return answer;
}

function answerOf({ auditor }: Client, error: unknown): Answer<never> {
  if (error instanceof ServiceError) return { kind: 'problem', type: error.kind };
  if (error instanceof StoreUnavailableError) return { kind: 'unknown' };
  auditor.breaks('only problems are thrown', error instanceof Error ? error.message : 'no error');
  return { kind: 'unknown' };
}

const bodyOf = (costNanoUsd: bigint): SettleBody => ({
  usage: { ...NO_TOKENS, outputTokens: 1 },
  actualCostUsd: costNanoUsd,
});
