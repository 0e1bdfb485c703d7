import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { ErrorKind } from '../../services/errors.ts';
import { callOf } from '../support/call.ts';
import type { Refusal } from './audited-refusals.ts';
import type { Process } from './process.ts';
import { type Answer, ORGANIZATION, SKEW_MS, type World } from './world.ts';

/** What the keys begin with that tell no time. */
export const OPAQUE = 'opaque-';
const ATTEMPTS = 4;

type Outcome = { kind: 'reserved'; entry: Entry } | Refusal | { kind: 'barred' };

/** A caller that wants money held: a reservation, or a whole workflow. */
export type Asking = {
  name: string;
  key: string | undefined;
  /** Tells the auditor which budgets apply. */
  request: AiRequest;
  /** Asks a process. */
  send: (process: Process, call: Call) => Promise<Outcome>;
  /** Starts a sweeper. */
  sweep: () => Promise<unknown>;
};

/**
 * Asks until answered, sometimes twice at once, with the same key.
 * @returns what is held, or nothing if it was refused or the caller gave up
 */
export async function reserve(world: World, asking: Asking): Promise<Entry | undefined> {
  const { random, scheduler, auditor } = world;
  const { name, key, sweep } = asking;
  let answered: Entry | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const isDoubled = key !== undefined && random.chance(0.1);
    const sent = isDoubled ? [ask(world, asking), ask(world, asking)] : [ask(world, asking)];
    const answers = await Promise.all(sent);
    for (const answer of answers) {
      if (answer.kind !== 'value' || answer.value.kind !== 'reserved') continue;
      const { entry } = answer.value;
      if (answered && answered.entryId !== entry.entryId) {
        auditor.breaks('a key answers one reservation', `${name} ${entry.entryId}`);
      }
      answered = entry;
    }
    if (answered) break;
    if (answers.some(({ kind }) => kind === 'value')) return undefined;
    if (answers.some((answer) => answer.kind === 'problem' && isKeyRefused(answer.type))) {
      const made = auditor.entry(auditor.reservationOf(name) ?? '');
      if (made?.state === 'reserved' && (made.expiresAtMs ?? 0) > world.outsideNow(SKEW_MS)) {
        auditor.breaks('a key is refused only once its reservation is closed', name);
      }
      return undefined;
    }
    if (key?.startsWith(OPAQUE) && random.chance(0.4)) {
      // So late that entries stored but not held are being voided.
      await scheduler.sleep(world.firstHoldMs + random.next() * 2_500);
      void sweep();
      await scheduler.sleep(random.next() * 400);
    } else await scheduler.sleep(random.next() * (random.chance(0.1) ? 30_000 : 500));
  }
  if (answered && !auditor.entry(answered.entryId)) {
    auditor.breaks('an acknowledged reservation is never lost', answered.entryId);
  }
  return answered;
}

/** Asks once. A refusal must be one that the auditor understands. */
async function ask(world: World, { name, request, send }: Asking): Promise<Answer<Outcome>> {
  const { auditor } = world;
  const earlier = auditor.reservationOf(name);
  const askedAtMs = world.outsideNow(0);
  let occurredAtMs = askedAtMs;
  const answer = await world.ask(`reserve ${name}`, (process) => {
    occurredAtMs = process.now();
    return send(process, callOf(ORGANIZATION, occurredAtMs));
  });
  if (answer.kind === 'value' && answer.value.kind === 'reject') {
    if (earlier !== undefined) {
      auditor.breaks('a key that made a reservation is never rejected', `${name} ${earlier}`);
    }
    auditor.onRejection(request, answer.value, { askedAtMs, occurredAtMs });
  }
  return answer;
}

/** A key is refused for a different request, and once its reservation is closed. */
const isKeyRefused = (kind: ErrorKind): boolean =>
  kind === 'conflict' || kind === 'reservation-closed';
