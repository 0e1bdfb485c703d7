import { mapConcurrently } from '../../services/map-concurrently.ts';
import type { Json } from '../support/json-places.ts';
import { isObject } from '../support/json-places.ts';
import type { FuzzCase } from './cases.ts';
import { faultOf } from './judge-answer.ts';
import type { Sent } from './wire.ts';

export type Failure = { fuzzCase: FuzzCase; fault: string };

/** How often each operation returned each status; 0 means no answer. */
export type Tally = Map<string, Map<number, number>>;

const MOST_KNOWN = 200;
const MOST_FAILURES = 20;

/**
 * Sends cases, checks every answer and collects the IDs in answers.
 * @param known receives IDs by field name
 */
export async function sendCases(
  send: (fuzzCase: FuzzCase) => Promise<Sent>,
  caseOf: (number: number) => FuzzCase,
  {
    requests,
    concurrency,
    known,
    onAnswer,
  }: {
    requests: number;
    concurrency: number;
    known: Map<string, string[]>;
    onAnswer: (answered: number, failures: number) => Promise<void> | void;
  },
): Promise<{ failures: Failure[]; failed: number; tally: Tally }> {
  const failures: Failure[] = [];
  const tally: Tally = new Map();
  let [failed, answered] = [0, 0];
  const numbers = Array.from({ length: requests }, (_, number) => number);
  await mapConcurrently(numbers, concurrency, async (number) => {
    const fuzzCase = caseOf(number);
    const sent = await send(fuzzCase);
    const status = typeof sent === 'string' ? 0 : sent.status;
    const statuses = tally.get(fuzzCase.operationId) ?? new Map<number, number>();
    tally.set(fuzzCase.operationId, statuses.set(status, (statuses.get(status) ?? 0) + 1));
    const fault = faultOf(fuzzCase, sent);
    if (fault !== undefined) {
      failed += 1;
      if (failures.length < MOST_FAILURES) failures.push({ fuzzCase, fault });
    }
    if (typeof sent !== 'string' && status < 300) remember(known, sent.text);
    await onAnswer((answered += 1), failed);
  });
  return { failures, failed, tally };
}

function remember(known: Map<string, string[]>, text: string): void {
  if (text.length > 100_000 || !text.startsWith('{')) return;
  const visit = (value: Json): void => {
    if (Array.isArray(value)) value.slice(0, 5).forEach(visit);
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'string' && (name.endsWith('Id') || name === 'cursor')) {
        const ids = known.get(name) ?? [];
        ids.push(inner);
        known.set(name, ids.slice(-MOST_KNOWN));
      } else visit(inner);
    }
  };
  visit(JSON.parse(text) as Json);
}
