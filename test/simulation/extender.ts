import type { Entry } from '../../domain/ledger/entry.ts';
import { extendReservation } from '../../services/reservations/extend-reservation.ts';
import { findReservation } from '../../services/reservations/settle-reservation.ts';
import { ORGANIZATION, type World } from './world.ts';

const ATTEMPTS = 3;

/**
 * Waits until a hold is about to end and extends it, when a sweeper may be closing it already.
 * Repeats unanswered calls.
 * @param sweep starts a sweeper
 */
export async function extend(
  world: World,
  name: string,
  reserved: Entry,
  sweep: () => Promise<unknown>,
): Promise<void> {
  const { random, scheduler, auditor } = world;
  const { entryId, expiresAtMs = 0 } = reserved;
  const holdSeconds = random.int(30, 300);
  const leftMs = expiresAtMs - world.outsideNow(0);
  await scheduler.sleep(Math.max(0, leftMs - random.next() * 2_000));
  void sweep();
  await scheduler.sleep(random.next() * 400);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await world.ask(`extend ${name}`, async ({ deps, now }) => {
      const reservation = await findReservation(deps.ledger, ORGANIZATION, entryId);
      return extendReservation(deps, reservation, holdSeconds, now());
    });
    if (answer.kind === 'value') return auditor.onExtension(answer.value);
    if (answer.kind === 'problem' && answer.type === 'conflict') return;
    if (answer.kind === 'problem' && answer.type !== 'unavailable') {
      return auditor.breaks('an open hold can be extended', `${name} ${answer.type}`);
    }
    await scheduler.sleep(random.next() * 500);
  }
}
