import { type SeededRandom, seededRandom } from '../traces/seeded-random.ts';
import { FIRST_PAUSE_MS } from '../../tables/optimistically.ts';
import { createProtocols, type Step, type Wallet } from './designs.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { MAX_RETRIES, type Scenario } from './scenario.ts';
import { createStoreModel, type Tally } from './store-model.ts';

/** The model's results for one scenario; shares refer to measured requests. */
export type Figures = {
  measured: number;
  /** Reserved within 50 ms of their arrival. */
  withinTargetShare: number;
  /** Among reserved requests; NaN without any. */
  p50Ms: number;
  p99Ms: number;
  retriesPerRequest: number;
  conflictsPerRequest: number;
  unitsPerRequest: number;
  /** Refused after the last retry, at reserve or at settle. */
  givenUpShare: number;
};

export const TARGET_MS = 50;

/**
 * Mean time of the AI call between reserve and settle, which varies by up to half in either
 * direction.
 */
const MEAN_CALL_MS = 10_000;
const LONGEST_CALL_MS = 1.5 * MEAN_CALL_MS;
/** Longer than reserve and settle with all their retries. */
const GRACE_MS = 2_000;

/** Unlimited retries stay at the last pause of limited ones. */
const LONGEST_PAUSE_MS = FIRST_PAUSE_MS * 2 ** MAX_RETRIES;

type Request = Tally & { arrivedMs: number; reservedMs?: number; isGivenUp: boolean };

/**
 * Runs one scenario on a virtual clock. Requests arrive at random (Poisson), also before and after
 * the measured ones, so that these see a steady load. The same scenario always gives the same
 * figures.
 */
export function simulateBudget(scenario: Scenario): Figures {
  const queue = createEventQueue();
  const random = seededRandom(scenario.seed);
  const store = createStoreModel(queue, random, scenario.phaseMedianMs);
  const protocolOf = createProtocols(scenario, store, random);
  const retry = createRetries(queue, scenario.maxRetries, random);
  const wallets: Wallet[] = [];
  const measured: Request[] = [];

  const isPeriodStart = scenario.design === 'escrow cold' || scenario.design === 'escrow prewarmed';
  const fromMs = isPeriodStart ? 0 : LONGEST_CALL_MS;
  const toMs = fromMs + (1_000 * scenario.requests) / scenario.offeredPerSecond;
  const endMs = toMs + LONGEST_CALL_MS + GRACE_MS;

  function walletAt(index: number): Wallet {
    return (wallets[index] ??= {
      item: store.newItem(),
      lane: Math.floor(random() * scenario.lanes),
      idle: idleAtFirst(scenario, random),
    });
  }

  function arrive(count: number): void {
    const nowMs = queue.nowMs();
    const request: Request = { arrivedMs: nowMs, ...NO_COSTS, isGivenUp: false };
    if (nowMs >= fromMs && nowMs < toMs) measured.push(request);
    const index = scenario.users === undefined ? count : Math.floor(random() * scenario.users);
    const { reserve, settle } = protocolOf(walletAt(index), request);
    const giveUp = (): void => {
      request.isGivenUp = true;
    };
    retry(reserve, request, giveUp, () => {
      request.reservedMs = queue.nowMs();
      queue.after(MEAN_CALL_MS * (0.5 + random()), () => {
        retry(settle, request, giveUp, () => undefined);
      });
    });
    const gapMs = (-Math.log(1 - random()) * 1_000) / scenario.offeredPerSecond;
    queue.after(gapMs, () => arrive(count + 1));
  }

  arrive(0);
  queue.runUntil(endMs);
  return figuresOf(measured);
}

const NO_COSTS: Tally = { units: 0, retries: 0, conflicts: 0 };

function idleAtFirst(scenario: Scenario, random: SeededRandom): number {
  if (scenario.design === 'escrow cold') return 0;
  if (scenario.design === 'escrow prewarmed') return scenario.chunkRequests;
  return scenario.chunkRequests * random();
}

/** Makes calls in order and repeats refused ones while retries remain. */
function createRetries(queue: EventQueue, maxRetries = Infinity, random: SeededRandom) {
  return (steps: Step[], tally: Tally, giveUp: () => void, done: () => void): void => {
    let retries = 0;
    const run = (at: number): void => {
      const step = steps[at];
      if (step === undefined) {
        done();
        return;
      }
      step((outcome) => {
        if (outcome === 'done') {
          run(at + 1);
        } else if (retries === maxRetries) {
          giveUp();
        } else {
          retries += 1;
          tally.retries += 1;
          const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** retries, LONGEST_PAUSE_MS);
          queue.after(pauseMs * random(), () => run(at));
        }
      });
    };
    run(0);
  };
}

function figuresOf(requests: Request[]): Figures {
  const latenciesMs = requests
    .flatMap(({ arrivedMs, reservedMs }) =>
      reservedMs === undefined ? [] : reservedMs - arrivedMs,
    )
    .toSorted((a, b) => a - b);
  const mean = (value: (request: Request) => number): number =>
    requests.reduce((sum, request) => sum + value(request), 0) / requests.length;
  const quantile = (share: number): number =>
    latenciesMs[Math.ceil(share * latenciesMs.length) - 1] ?? NaN;
  return {
    measured: requests.length,
    withinTargetShare: latenciesMs.filter((ms) => ms <= TARGET_MS).length / requests.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    retriesPerRequest: mean(({ retries }) => retries),
    conflictsPerRequest: mean(({ conflicts }) => conflicts),
    unitsPerRequest: mean(({ units }) => units),
    givenUpShare: mean(({ isGivenUp }) => (isGivenUp ? 1 : 0)),
  };
}
