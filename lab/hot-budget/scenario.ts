import { CHUNK_REQUESTS } from '../../domain/ledger/lanes.ts';
import { ATTEMPTS } from '../../tables/optimistically.ts';

/** How money moves, and how full wallets are when the measurement starts. */
export type Design =
  /** One transaction over the entry, the user's balance and every shared balance. */
  | 'exact'
  /** Wallets in the middle of a period: some nearly empty, some nearly full. */
  | 'escrow warm'
  /** Wallets at the start of a period: all empty. */
  | 'escrow cold'
  /** Wallets at the start of a period, filled by an earlier job. */
  | 'escrow prewarmed';

/** One run of the model. */
export type Scenario = {
  design: Design;
  offeredPerSecond: number;
  /** Items that each shared budget is split into. */
  lanes: number;
  /** Budgets shared by all requests, such as organization, system and model. */
  sharedBudgets: number;
  /** Number of equally active users; undefined: every request has a new user. */
  users: number | undefined;
  /** How much a wallet borrows at once, in reservations. */
  chunkRequests: number;
  /** Average share of a reservation that its request spends; above 0, at most 1. */
  meanSpentShare: number;
  /** Undefined: unlimited. */
  maxRetries: number | undefined;
  /** Round trip of each of a transaction's two phases. */
  phaseMedianMs: number;
  /** Average number of measured requests. */
  requests: number;
  seed: number;
};

/** Same as the services. */
export const MAX_RETRIES = ATTEMPTS - 1;

/** Assumed: a two-phase transaction within a region then takes 5 ms. */
export const PHASE_MEDIAN_MS = 2.5;

/** Users per request and second: each sends one every two seconds, with five calls open. */
const USERS_PER_RATE = 2;

/** Values that a table row does not show. */
export const defaultScenario = (offeredPerSecond: number): Scenario => ({
  design: 'escrow warm',
  offeredPerSecond,
  lanes: 1,
  sharedBudgets: 3,
  users: Math.ceil(offeredPerSecond * USERS_PER_RATE),
  chunkRequests: CHUNK_REQUESTS,
  meanSpentShare: 0.5,
  maxRetries: MAX_RETRIES,
  phaseMedianMs: PHASE_MEDIAN_MS,
  requests: 20_000,
  seed: 1,
});

export type ScenarioGroup = { title: string; scenarios: Scenario[] };

/** The rows that show the limits of a single item and the effect of wallets. */
export function standardGroups(options: Partial<Scenario>, isQuick: boolean): ScenarioGroup[] {
  const rows = (rates: number[], row: Partial<Scenario>): Scenario[] =>
    rates.map((rate) => ({
      ...defaultScenario(rate),
      requests: isQuick ? 3_000 : 20_000,
      ...row,
      ...options,
    }));
  return [
    { title: 'exact, one item', scenarios: rows([10, 20, 40, 60, 80, 200], { design: 'exact' }) },
    {
      title: 'exact, one item, retries without end',
      scenarios: rows([40, 60, 80], {
        design: 'exact',
        maxRetries: undefined,
        requests: isQuick ? 1_000 : 3_000,
      }),
    },
    {
      title: 'exact, 16 lanes, each budget draws its own',
      scenarios: rows([100, 200, 400], { design: 'exact', lanes: 16 }),
    },
    { title: 'escrow, warm wallets, one item', scenarios: rows([100, 200, 400, 800, 1_500], {}) },
    {
      title: 'escrow, warm wallets, 16 lanes',
      scenarios: rows([4_000, 5_000], { lanes: 16, requests: isQuick ? 10_000 : 100_000 }),
    },
    {
      title: 'escrow, cold: nobody asks twice',
      scenarios: [
        ...rows([25, 60, 100, 200], { design: 'escrow cold', users: undefined }),
        ...rows([400, 600, 1_000], { design: 'escrow cold', users: undefined, lanes: 16 }),
      ],
    },
    ...(['escrow cold', 'escrow prewarmed'] as const).map((design) => {
      const seconds = isQuick ? 5 : 60;
      return {
        title: `${design.replace(' ', ', ')}: first ${seconds} s of a period, 10 000 users`,
        scenarios: rows([5_000], { design, lanes: 16, requests: 5_000 * seconds }),
      };
    }),
  ];
}
