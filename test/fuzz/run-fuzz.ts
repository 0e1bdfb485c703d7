import { mapConcurrently } from '../../services/map-concurrently.ts';
import { startPurser } from '../support/local-purser.ts';
import { failedMessages, drained, leaksAndErrors, provenBooks, runSchedules } from './aftermath.ts';
import { type Bystanding, bystand } from './bystander.ts';
import { createCases } from './cases.ts';
import { differences, neighborState, seedNeighbor } from './neighbor.ts';
import type { OpenApiDocument } from './operations.ts';
import { ADMIN_KEY, seedKeys } from './organizations.ts';
import { type Failure, sendCases, type Tally } from './send-cases.ts';
import { createSender } from './wire.ts';

export type FuzzOptions = {
  seed: number;
  requests: number;
  concurrency: number;
  limitMs: number;
};

export type FuzzResult = {
  failures: Failure[];
  failed: number;
  tally: Tally;
  /** Problems after the requests, one per line. */
  faults: string[];
  bystanding: Bystanding | undefined;
  requestsPerSecond: number;
};

const HOUSEKEEPING_EVERY = 250;

/** Starts an application, sends it malformed requests, and checks the consequences. */
export async function runFuzz(
  options: FuzzOptions,
  onProgress: (answered: number, note: string) => void,
): Promise<FuzzResult> {
  const purser = await startPurser();
  const sender = createSender(purser.url, options.limitMs);
  try {
    await seedKeys(purser.store());
    await seedNeighbor(purser);
    await drained(purser);
    const before = await neighborState(purser);
    const startMs = await purser.now();
    const { body: document } = await purser.get<OpenApiDocument>('/openapi.json');
    const known = new Map<string, string[]>();
    const host = new URL(purser.url).host;
    const { caseOf, first } = createCases(document, {
      seed: options.seed,
      host,
      known,
      nowMs: startMs,
    });
    onProgress(0, 'starting every function');
    await mapConcurrently(first, 2, (wire) => sender.send(wire));
    const started = performance.now();
    const sent = await sendCases(({ wire }) => sender.send(wire), caseOf, {
      ...options,
      known,
      onAnswer: async (answered, failed) => {
        onProgress(answered, `${failed} failed`);
        if (answered % HOUSEKEEPING_EVERY === 0) await liftControls(purser);
      },
    });
    const seconds = (performance.now() - started) / 1_000;
    const faults: string[] = [];
    const report = async (what: string, look: () => Promise<string[] | void>): Promise<void> => {
      onProgress(options.requests, what);
      const problems = await look().catch((error: unknown) => [String(error)]);
      for (const fault of problems ?? []) faults.push(`${what}: ${fault}`);
    };
    let bystanding: Bystanding | undefined;
    await report('another organization goes on', async () => {
      bystanding = await bystand(purser, 'ada');
    });
    await report('streams and queues', () => drained(purser));
    await report('the neighbor', async () => differences(before, await neighborState(purser)));
    await report('schedules', () => runSchedules(purser));
    await report('another organization goes on after the schedules', async () => {
      await bystand(purser, 'grace');
      await drained(purser);
    });
    await report('books', () => provenBooks(purser, startMs));
    await report('logs and tables', () => leaksAndErrors(purser));
    await report('failed messages', () => failedMessages(purser));
    return { ...sent, faults, bystanding, requestsPerSecond: options.requests / seconds };
  } finally {
    sender.close();
    await purser.stop();
  }
}

/**
 * Reverses the controls that the attacked organization set on itself, so that its requests
 * continue.
 */
async function liftControls(purser: Awaited<ReturnType<typeof startPurser>>): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  type Controls = { items?: { controlId: string }[] };
  const { body } = await purser.call<Controls>('GET', '/v1/controls', undefined, headers);
  for (const { controlId } of body.items ?? []) {
    const path = `/v1/controls/${encodeURIComponent(controlId)}/reverse`;
    await purser.call('POST', path, { reason: 'housekeeping' }, headers);
  }
}
