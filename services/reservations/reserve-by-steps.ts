import type { Call } from '../../domain/access/caller.ts';
import type { Control } from '../../domain/controls/control.ts';
import { type Attempt, counted, onItsOwn, unheld } from '../../domain/ledger/attempt.ts';
import {
  nextStep,
  type Refusal,
  type ReservationFacts,
  type Step,
} from '../../domain/ledger/next-step.ts';
import { drawInIdle } from '../budgets/make-room.ts';
import { standingsAhead } from '../budgets/prewarm-wallet.ts';
import { pauseAfterConflict } from '../retry-conflicts.ts';
import { holdByDraw } from './hold-by-draw.ts';
import { holdByWallet, holdExactly, type Holding } from './hold-reservation.ts';
import { type Facts, readFacts } from './reservation-facts.ts';
import type { ReservationOrder } from './reservation-order.ts';
import { entryOf, reservedBy, type Reserved, type ReserveDeps } from './reservation-outcome.ts';

/** How the steps of one reservation end. */
export type StepsEnd<Read = Facts, Held = Reserved> =
  | Held
  | { kind: 'refused'; refusal: Refusal<Control>; facts: Read; attempt: Attempt<Control> }
  /** This key already has an entry. */
  | { kind: 'stands'; standing: StandingEntry; attempt: Attempt<Control> };

export type StandingEntry = Extract<Holding, { kind: 'exists' | 'key-used' }>;

/** How the facts of a reservation are read, and its money is held. */
export type Way<Read, Held> = {
  read: (attempt: Attempt<Control>, isWide: boolean) => Promise<Read>;
  hold: (step: HoldStep, facts: Read) => Promise<HoldEnd<Held>>;
};

export type HoldEnd<Held> =
  Held | Extract<StepsEnd, { kind: 'stands' }> | { kind: 'not held'; attempt: Attempt<Control> };

/** Reserves the money of one request. @throws ServiceError as `executeSteps` does */
export const reserveBySteps = (
  deps: ReserveDeps,
  order: ReservationOrder,
  from: Attempt<Control>,
): Promise<StepsEnd> =>
  executeSteps<Facts, Reserved>(deps, order.call, from, {
    read: (attempt, isWide) => readFacts(deps, order, attempt, isWide),
    hold: (step, facts) => hold(deps, order, step, facts),
  });

/**
 * Executes the steps that `nextStep` decides until the money is held, the request is refused, or
 * its key turns out to have an entry.
 * @throws ServiceError `unknown-price`, `invalid-request`, `unavailable`
 */
export async function executeSteps<
  Read extends ReservationFacts<Control>,
  Held extends { kind: 'reserved' },
>(
  deps: ReserveDeps,
  call: Call,
  from: Attempt<Control>,
  way: Way<Read, Held>,
): Promise<StepsEnd<Read, Held>> {
  let attempt = from;
  let facts: Read | undefined;
  for (;;) {
    const step = nextStep(attempt, facts);
    attempt = step.attempt;
    switch (step.kind) {
      case 'read':
        facts = await way.read(attempt, step.isWide);
        continue;
      case 'count':
        attempt = counted(attempt, await controlWithoutRoom(deps, call, step.controls));
        continue;
      case 'refuse':
        return { kind: 'refused', refusal: step.refusal, facts: read(facts), attempt };
      case 'hold': {
        const end = await way.hold(step, read(facts));
        if (end.kind !== 'not held') return end;
        ({ attempt } = end);
        break;
      }
      case 'draw in':
        await drawInIdle(deps, call.organizationId, step.lanes);
        break;
      case 'pause':
        await pauseAfterConflict(deps, attempt.pauses);
        break;
      case 'read again':
        break;
    }
    facts = undefined;
  }
}

/** The first of these controls whose scope has used up this minute's requests. */
async function controlWithoutRoom(
  { controls: reader }: ReserveDeps,
  { organizationId, nowMs }: Call,
  controls: readonly Control[],
): Promise<Control | undefined> {
  for (const control of controls) {
    if (!(await reader.hasRoom(organizationId, control, nowMs))) return control;
  }
  return undefined;
}

export type HoldStep = Extract<Step<Control>, { kind: 'hold' }>;

/** Holds an offer's amount in the caller's wallet or in the balances themselves. */
async function hold(
  deps: ReserveDeps,
  order: ReservationOrder,
  { attempt, granted, wallet, borrowsAhead, control }: HoldStep,
  facts: Facts,
): Promise<HoldEnd<Reserved>> {
  const { organizationId, nowMs } = order.call;
  const { standings } = granted.offer;
  const { opaqueKey } = attempt.identity;
  const entry = entryOf(deps, order, attempt, { offer: granted.offer, quoteSet: facts.quoteSet });
  let holding: Holding;
  if (facts.drawable && entry.amountNanoUsd > 0n) {
    const drawing = await holdByDraw(deps, entry, standings, { ...facts.drawable, opaqueKey });
    if (drawing.kind === 'undrawn') return { kind: 'not held', attempt: onItsOwn(attempt) };
    holding = drawing;
  } else if (wallet) {
    const ahead = borrowsAhead
      ? await standingsAhead(deps, { organizationId, nowMs }, standings, wallet)
      : [];
    const sources = { standings, ahead, wallet };
    holding = await holdByWallet(deps, entry, sources, {
      storedEntry: attempt.storedEntry,
      opaqueKey,
    });
  } else {
    const isRemembered = facts.memory !== undefined;
    holding = await holdExactly(deps, entry, standings, { opaqueKey, isRemembered });
    if (holding.kind === 'held') deps.standings.noteHold(entry);
  }
  switch (holding.kind) {
    case 'held':
      return reservedBy(holding.entry, granted, facts, control);
    case 'exists':
    case 'key-used':
      return { kind: 'stands', standing: holding, attempt };
    case 'again':
    case 'conflict':
      return { kind: 'not held', attempt: unheld(attempt, holding.kind, holding.storedEntry) };
  }
}

/** The facts that a step was decided from. */
function read<Read>(facts: Read | undefined): Read {
  if (!facts) throw new Error('a reservation was decided without facts');
  return facts;
}
