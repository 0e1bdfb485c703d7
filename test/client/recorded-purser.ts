import { createPurser } from '../../client/purser.ts';
import type { BorrowedPurser } from '../support/borrowed-purser.ts';

/** A client of a running application that remembers what it sent about reservations. */
export async function recordedPurser(running: BorrowedPurser) {
  const aheadMs = (await running.now()) - Date.now();
  const record = {
    /** Operations on reservations, but for questions. */
    sent: [] as string[],
    /** The reservations that it got. */
    ids: [] as string[],
    /** How many of the next answers get lost. */
    losses: 0,
  };
  const purser = createPurser({
    url: running.url,
    key: running.key,
    now: () => Date.now() + aheadMs,
    onUnsettled: (_, error) => {
      throw error;
    },
    async fetch(address, init) {
      const response = await fetch(address, init);
      const { pathname } = new URL(address);
      if (pathname.startsWith('/v1/reservations') && init.method === 'POST') {
        const operation = pathname.split('/')[4] ?? 'reserve';
        record.sent.push(operation);
        const { reservationId } = (await response.clone().json()) as { reservationId?: string };
        if (operation === 'reserve' && reservationId) record.ids.push(reservationId);
      }
      if (record.losses > 0) {
        record.losses -= 1;
        throw new TypeError('fetch failed');
      }
      return response;
    },
  });
  return { purser, record };
}
