import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { identifyReservation } from '../../services/reservations/reservation-id.ts';
import { type Command, MODEL, ORGANIZATION, PROJECT, RUN, TAG, type Who } from './command.ts';
import { HOLD_MS, type Process } from './process.ts';
import { headroomOf, type Sum } from './reference-sums.ts';
import { agree, answerOf, type Attempt, expectSame, UNIT, type World } from './world.ts';
import { callOf } from '../support/call.ts';

const MINUTE_MS = 60_000;

/** Reserves, for the first time or again with the same key. @throws Difference */
export async function reserve(
  world: World,
  { deps }: Process,
  attempt: Attempt,
  isOther: boolean,
): Promise<void> {
  const { model, clock, owed } = world;
  const { nowMs } = clock;
  const { key, keyMs, units, made } = attempt;
  const amount = UNIT * BigInt(units);
  const scopes = scopesOf(attempt);
  const isStale = (keyMs ?? nowMs) < nowMs - HOLD_MS / 2 || (keyMs ?? nowMs) > nowMs + MINUTE_MS;
  // What a request finds does not depend on whether it was sent before.
  const balances = isStale ? [] : model.deciding(scopes, nowMs);
  let expected = isStale ? 'invalid-request' : 'reserved';
  let short: Sum[] = [];
  if (made) {
    const isClosed = made.held.state !== 'reserved' || made.held.expiresAtMs <= nowMs;
    if (made.isOther !== isOther) expected = 'conflict';
    else expected = isClosed ? 'reservation-closed' : 'reserved';
    if (expected === 'reserved') model.reading(scopes, made.atMs, nowMs);
  } else if (!isStale) {
    short = model.short(balances, amount, tokensOf(units));
    if (short.length > 0) expected = 'rejected';
  }
  let entry: Entry | undefined;
  const got = await answerOf(async () => {
    const request: AiRequest = {
      ...requestOf(attempt, units),
      ...(isOther ? { tags: { ...requestOf(attempt, units).tags, other: '1' } } : {}),
    };
    const outcome = await createReservation(deps, callOf(ORGANIZATION, nowMs), request, key);
    if (outcome.kind !== 'reserved') return 'rejected';
    ({ entry } = outcome);
    return entry.state;
  });
  // A wallet with idle money can still grant if its home balance is negative.
  const isOwed = short.every(
    (sum) => amount <= headroomOf(sum) + (owed.get(sum) ?? 0n) && !sum.counts,
  );
  if (got === 'reserved' && expected === 'rejected' && isOwed) expected = got;
  agree(world, made ? 'reserve again' : 'reserve', got, expected);
  attempt.isPut = got === 'rejected' && (await hasEntry(deps, attempt));
  if (!entry) return;
  const facts = { entryId: entry.entryId, atMs: entry.occurredAtMs };
  expectSame('its id and time', facts, {
    entryId: made?.entryId ?? entry.entryId,
    atMs: made?.atMs ?? nowMs,
  });
  const held = made?.held ?? model.hold(balances, amount, nowMs + HOLD_MS, tokensOf(units));
  if (!made) model.use(held.balances, nowMs);
  attempt.made ??= { ...facts, isOther, held };
}

/** Whether an entry is stored under a key. */
async function hasEntry({ ledger }: Process['deps'], { key, keyMs }: Attempt): Promise<boolean> {
  if (key === undefined) return false;
  const { reservationId } = identifyReservation(callOf(ORGANIZATION, keyMs ?? 0), key, HOLD_MS);
  const entry =
    keyMs === undefined
      ? await ledger.getReservationOfKey(ORGANIZATION, 'key', key)
      : await ledger.getReservation(reservationId);
  return entry !== undefined;
}

/** The key of a new attempt, and the time that it carries. */
export function keyOf(
  { key, aheadMs }: Extract<Command, { do: 'reserve' }>,
  nowMs: number,
  number: number,
): Pick<Attempt, 'key' | 'keyMs'> {
  if (key === 'none') return { key: undefined, keyMs: undefined };
  if (key === 'opaque') return { key: `key-${number}`, keyMs: undefined };
  const keyMs = nowMs + aheadMs;
  const time = keyMs.toString(16).padStart(12, '0');
  const rest = number.toString(16).padStart(12, '0');
  return { key: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`, keyMs };
}

/** The most tokens that a request of so many units may use: its input, and one token of output. */
const tokensOf = (units: number): number => 6_000 * units - 4;

export const requestOf = ({ user, isInResearch, isInProject, isInRun }: Who, units: number) => ({
  system: 'relaycore',
  userId: user,
  ...(isInResearch ? { departmentId: 'research' } : {}),
  model: MODEL,
  inputTokens: 6_000 * units - 5,
  maxOutputTokens: 1,
  tags: isInProject ? { [TAG]: PROJECT } : undefined,
  sessionId: isInRun ? RUN : undefined,
});

/** All scopes whose budgets apply, by name. */
export const scopesOf = ({ user, isInResearch, isInProject, isInRun }: Who): Set<string> =>
  new Set([
    `user/${user}`,
    `organization/${ORGANIZATION}`,
    'system/relaycore',
    `model/${MODEL}`,
    ...(isInResearch ? ['department/research'] : []),
    ...(isInProject ? [`tag:${TAG}/${PROJECT}`] : []),
    ...(isInRun ? [`session/${RUN}`] : []),
  ]);
