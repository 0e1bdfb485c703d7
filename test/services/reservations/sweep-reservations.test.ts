import { expect, it } from 'vitest';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const AT_MS = Number.parseInt('019aa5c37a10', 16);
const KEY = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44';
const MINUTE_MS = 60_000;

it('finds what is reserved under an older key after the hold was raised', async () => {
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
  const before = { ...reservingOn(db, () => AT_MS), holdMs: MINUTE_MS };
  const after = { ...before, holdMs: 15 * MINUTE_MS };
  const changedAtMs = AT_MS + 5 * MINUTE_MS;
  await sweepReservations(before, AT_MS);
  await sweepReservations(before, changedAtMs);

  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const reserved = await createReservation(after, 'acme', request, KEY, changedAtMs);
  expect(reserved.kind).toBe('reserved');
  let expired = 0;
  for (let ms = changedAtMs; ms < changedAtMs + 15 * MINUTE_MS; ms += MINUTE_MS) {
    expired += (await sweepReservations(after, ms)).expired;
  }
  expect(expired).toBe(1);
});
