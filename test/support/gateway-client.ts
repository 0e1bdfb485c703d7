import { stores } from '../../composition/stores.ts';
import type { CallEntry } from '../../local/bedrock/call-record.ts';
import type { Rules } from '../../local/bedrock/rules.ts';
import type { BorrowedPurser } from './borrowed-purser.ts';

/** What tests of the gateway ask a running application beside its API. */
export function createGatewayClient(purser: BorrowedPurser) {
  const calls = async (): Promise<CallEntry[]> =>
    (await purser.call<{ calls: CallEntry[] }>('GET', '/_local/bedrock')).body.calls;
  const entryOf = (reservationId: string) =>
    stores(purser.store()).ledger.getReservation(reservationId);
  return {
    /** The calls that the Bedrock stand-in got. */
    calls,
    /** The last of them. */
    lastCall: async () => (await calls()).at(-1),
    /** Sets how the stand-in answers. */
    set: (rules: Partial<Record<keyof Rules, unknown>>) =>
      purser.call('POST', '/_local/bedrock', rules),
    /** Forgets rules and calls. */
    reset: () => purser.call('DELETE', '/_local/bedrock'),
    entryOf,
    /** The entry of the reservation that an answer names. */
    entryIn: (headers: Headers) => entryOf(headers.get('x-purser-reservation-id') ?? ''),
    /** The entry of the last call, which its metadata names where the API has some. */
    async lastEntry() {
      const { requestMetadata } = ((await calls()).at(-1)?.body ?? {}) as {
        requestMetadata?: { purserReservationId?: string };
      };
      return entryOf(requestMetadata?.purserReservationId ?? '');
    },
  };
}

/** What the stand-in used, in the words of the ledger. */
export const usageOf = (call: CallEntry | undefined) => ({
  inputTokens: call?.usage?.inputTokens,
  outputTokens: call?.usage?.outputTokens,
});
