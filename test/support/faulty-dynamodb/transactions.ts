import { setTimeout as sleep } from 'node:timers/promises';
import type { Weather } from './faults.ts';
import type { ItemName, Items } from './items.ts';
import {
  type Answer,
  type Call,
  type Forward,
  type Operation,
  refusal,
  THROTTLED,
} from './protocol.ts';
import { throttled, type Throughput } from './throughput.ts';

type Parts = { forward: Forward; weather: Weather; items: Items; throughput: Throughput };
type Reason = { Code: string; Message?: string };

const NONE: Reason = { Code: 'None' };
const ONGOING = 'Transaction is ongoing for the item';

/**
 * Single writes and transactions. From its first phase to the end of its second a transaction holds
 * its items: another transaction that names one is canceled at once, and a single write is refused.
 */
export function createWrites({
  forward,
  weather,
  items,
  throughput,
}: Parts): Record<'transact' | 'write', Operation> {
  const held = new Set<string>();
  const openTokens = new Set<string>();

  function reasonFor(item: ItemName): Reason {
    if (held.has(item.key)) return { Code: 'TransactionConflict', Message: ONGOING };
    if (throughput.isSpent('write', item)) return { Code: 'ThrottlingError', Message: THROTTLED };
    return NONE;
  }

  async function inTwoPhases(call: Call, names: ItemName[], phaseMs: number): Promise<Answer> {
    const token = call.input['ClientRequestToken'] as string | undefined;
    for (const { key } of names) held.add(key);
    if (token !== undefined) openTokens.add(token);
    try {
      await sleep(phaseMs);
      const answer = await throughput.measured('write', names, forward, call);
      await sleep(phaseMs);
      return answer;
    } finally {
      for (const { key } of names) held.delete(key);
      if (token !== undefined) openTokens.delete(token);
    }
  }

  return {
    async transact(call: Call): Promise<Answer> {
      const { phaseMs } = weather.faults();
      const names = await items.ofTransaction(call);
      if (openTokens.has(String(call.input['ClientRequestToken']))) {
        weather.count('inProgress');
        return refusal(
          'TransactionInProgressException',
          'The transaction with the given request token is already in progress.',
        );
      }
      const reasons = names.map(reasonFor);
      if (reasons.some((reason) => reason !== NONE)) {
        countReasons(weather, reasons);
        // A conflict is billed like a success: two units for an item of up to 1 KB. A throttle is not.
        const isThrottled = reasons.some(({ Code }) => Code === 'ThrottlingError');
        for (const { key } of isThrottled ? [] : names) throughput.take('write', key, 2);
        await sleep(phaseMs ?? 0);
        return cancellation(reasons);
      }
      return phaseMs === undefined
        ? throughput.measured('write', names, forward, call)
        : inTwoPhases(call, names, phaseMs);
    },

    async write(call: Call): Promise<Answer> {
      const item = await items.ofCall(call);
      const { Code } = reasonFor(item);
      if (Code === 'TransactionConflict') {
        weather.count('conflict');
        throughput.take('write', item.key, 1);
        return refusal('TransactionConflictException', ONGOING);
      }
      if (Code === 'ThrottlingError') return throttled(weather);
      return throughput.measured('write', [item], forward, call);
    },
  };
}

function countReasons(weather: Weather, reasons: readonly Reason[]): void {
  for (const { Code } of reasons) {
    if (Code === 'TransactionConflict') weather.count('conflict');
    if (Code === 'ThrottlingError') weather.count('throttled');
  }
}

function cancellation(reasons: readonly Reason[]): Answer {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return refusal(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
