import { closeByMemory } from '../../services/reservations/close-by-memory.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { chargeUsage } from '../../services/reservations/charge-usage.ts';
import { correctCost, findCharge } from '../../services/reservations/correct-cost.ts';
import {
  findReservation,
  settleReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import { type Command, MODEL, ORGANIZATION, OTHER_MODEL } from './command.ts';
import { operate } from './operate.ts';
import { HOLD_MS, type Process } from './process.ts';
import type { Held } from './reference-entries.ts';
import { keyOf, requestOf, reserve, scopesOf } from './reserve.ts';
import { agree, answerOf, type Attempt, expectSame, UNIT, type World } from './world.ts';
import { callOf } from '../support/call.ts';
import { pagesOf } from '../../tables/query-all.ts';

const MINUTE_MS = 60_000;
/** One token is one nano-dollar. */
const TOKEN_RATE = {
  inputNanoUsdPerMillion: 1_000_000n,
  outputNanoUsdPerMillion: 1_000_000n,
  cacheReadNanoUsdPerMillion: 1_000_000n,
  cacheWriteNanoUsdPerMillion: 1_000_000n,
};

/** Applies one command to the services and the model. @throws Difference */
export async function act(world: World, command: Command): Promise<void> {
  const { clock, attempts } = world;
  const process = world.processes[command.process];
  switch (command.do) {
    case 'reserve': {
      const { who, units } = command;
      const { key, keyMs } = keyOf(command, clock.nowMs, attempts.length);
      const attempt: Attempt = { ...who, units, key, keyMs };
      attempts.push(attempt);
      return reserve(world, process, attempt, false);
    }
    case 'reserve again': {
      const attempt = newest(
        attempts.filter(({ key, isPut }) => key !== undefined && !isPut),
        command.nth,
      );
      return attempt && reserve(world, process, attempt, command.isOther);
    }
    case 'settle':
      return settle(world, process, command);
    case 'void':
      return voidAgain(world, process, command);
    case 'correct':
      return correct(world, process, command);
    case 'charge':
      return chargeEvent(world, process, command);
    case 'wait':
      clock.nowMs += command.ms;
      return;
    case 'sweep': {
      await sweepAll(process, clock.nowMs);
      for (const { made } of attempts) if (made) world.model.expire(made.held, clock.nowMs);
      return;
    }
    default:
      return operate(world, process, command);
  }
}

type CommandTo<Do extends Command['do']> = Extract<Command, { do: Do }>;

async function settle(
  world: World,
  { deps }: Process,
  { nth, percent, isOtherModel }: CommandTo<'settle'>,
): Promise<void> {
  const { model, attempts } = world;
  const { nowMs } = world.clock;
  const made = newestMade(attempts, nth);
  if (!made) return;
  const cost = partOf(made.held.amount, percent);
  const got = await answerOf(async () => {
    const body = {
      usage: { ...NO_TOKENS, outputTokens: 1 },
      actualCostUsd: cost,
      ...(isOtherModel ? { model: OTHER_MODEL } : {}),
    };
    // Uses a separate key each time, so that no key has much in dispute.
    const by = callOf(ORGANIZATION, nowMs, `settles ${made.entryId}`);
    const sought = { ...by, reservationId: made.entryId };
    const settled = await closeByMemory(deps, sought, ({ entry, isRemembered }) =>
      settleReservation(deps, entry, body, { nowMs, by, isRemembered }),
    );
    return settled.state;
  });
  const serving = isOtherModel
    ? () => model.applying(new Set([`model/${OTHER_MODEL}`]), made.atMs)
    : undefined;
  const wasOpen = made.held.state === 'reserved';
  agree(world, 'settle', got, model.settle(made.held, cost, nowMs, serving));
  if (wasOpen) model.use(made.held.balances, nowMs);
}

/** Voids a reservation that may be closed already. */
async function voidAgain(
  world: World,
  { deps }: Process,
  { nth }: CommandTo<'void'>,
): Promise<void> {
  const made = newestMade(world.attempts, nth);
  if (!made) return;
  const got = await answerOf(async () => {
    const entry = await findReservation(deps.ledger, ORGANIZATION, made.entryId);
    return (await voidReservation(deps, entry, world.clock.nowMs)).state;
  });
  const wasOpen = made.held.state === 'reserved';
  agree(world, 'void', got, world.model.void(made.held));
  if (wasOpen) world.model.use(made.held.balances, world.clock.nowMs);
}

async function chargeEvent(
  world: World,
  { deps }: Process,
  command: CommandTo<'charge'>,
): Promise<void> {
  const { model, charges } = world;
  const { nowMs } = world.clock;
  const eventId = `e${command.event}`;
  const cost = UNIT * BigInt(command.units);
  const made = {
    ...requestOf(command.who, 1),
    eventId,
    at: nowMs + command.aheadMs,
    model: MODEL,
    usage: { ...NO_TOKENS, outputTokens: Number(cost) },
  };
  const earlier = charges.get(eventId);
  // A third of the events with a used ID repeat the original event.
  const { event, who } =
    earlier && command.aheadMs === 0 ? earlier : { event: made, who: command.who };
  const balances = model.charging(scopesOf(who), event.at, nowMs);
  const isSame = JSON.stringify(event) === JSON.stringify(earlier?.event);
  const { accepted, duplicates } = await chargeUsage(
    deps,
    callOf(ORGANIZATION, nowMs),
    [{ index: 0, event }],
    () => TOKEN_RATE,
  );
  agree(
    world,
    'charge',
    accepted === 1 ? 'accepted' : duplicates === 1 ? 'duplicate' : 'rejected',
    !earlier ? 'accepted' : isSame ? 'duplicate' : 'rejected',
  );
  if (accepted === 0) return;
  charges.set(eventId, { held: model.charge(balances, cost, Number(cost)), event, who });
  model.use(balances, nowMs);
}

async function correct(
  world: World,
  { deps }: Process,
  { what, nth, id, percent }: CommandTo<'correct'>,
): Promise<void> {
  const { model, attempts, charges, clock } = world;
  const made = newestMade(attempts, nth);
  const [eventId, charge] = newest([...charges], nth) ?? [];
  const target: Held | undefined = what === 'charge' ? charge?.held : made?.held;
  if (!target) return;
  const cost = partOf(what === 'charge' ? UNIT : target.amount, percent);
  const correctionId = `c${id}`;
  const got = await answerOf(async () => {
    const entry =
      what === 'charge'
        ? await findCharge(deps.ledger, { organizationId: ORGANIZATION }, eventId ?? '')
        : await findReservation(deps.ledger, ORGANIZATION, made?.entryId ?? '');
    const body = { correctionId, actualCostUsd: cost, reason: 'refunded' };
    await correctCost(deps, entry, { actor: 'operator', nowMs: clock.nowMs }, body);
    return 'settled';
  });
  agree(world, 'correct', got, model.correct(target, correctionId, cost));
}

/** Does what a sweeper running every minute would, skipping minutes in which nothing is open. */
async function sweepAll({ deps }: Process, nowMs: number): Promise<void> {
  const dueMinute = Math.floor((nowMs - HOLD_MS) / MINUTE_MS);
  let swept: number | undefined;
  for (let run = 1; run <= 100; run += 1) {
    const open = await oldestOpenMs(deps.ledger);
    const from = Math.min(dueMinute, Math.floor(open / MINUTE_MS));
    if (from > ((await deps.ledger.getSweptMinute()) ?? 0)) await deps.ledger.putSweptMinute(from);
    const { sweptMinute } = await sweepReservations(deps, nowMs);
    // An open reservation in a due minute may be due later, because keys carry older times.
    if (sweptMinute >= dueMinute || sweptMinute === swept) return;
    swept = sweptMinute;
  }
  expectSame('the sweeper', 'stuck', 'done');
}

async function oldestOpenMs(ledger: Process['deps']['ledger']): Promise<number> {
  let oldest = Infinity;
  for await (const { items } of pagesOf((startKey) => ledger.scan(startKey))) {
    for (const entry of items.filter(isEntry).map(parseEntry)) {
      if (entry.state === 'reserved') oldest = Math.min(oldest, timeOfId(entry.entryId));
    }
  }
  return oldest;
}

/** The sweeper finds a reservation in the minute that its ID carries. */
const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

const newest = <Value>(values: Value[], nth: number): Value | undefined =>
  values.length === 0 ? undefined : values[values.length - 1 - (nth % values.length)];

const newestMade = (attempts: Attempt[], nth: number): Attempt['made'] =>
  newest(
    attempts.filter(({ made }) => made !== undefined),
    nth,
  )?.made;

const partOf = (amount: bigint, percent: number): bigint => (amount * BigInt(percent)) / 100n;
