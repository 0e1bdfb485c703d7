import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Budget, BudgetMode } from '../../domain/ledger/budget.ts';
import { coldState } from '../../domain/prediction/predictor-state.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { supplyFor } from '../../domain/selection/supply.ts';
import { quoteRequest } from '../../services/prediction/quote-request.ts';
import { charge, close, extend, putBudget, reserve, spend, sweep } from './client-actions.ts';
import { type Client, HOLD_MS } from './small-world.ts';

export type Scenario = {
  name: string;
  about: string;
  modes: readonly BudgetMode[];
  /** When it is prepared. Budgets are an hour older. */
  atMs: number;
  /** When the clients start, if different. */
  startMs?: number;
  /** Requests that still fit in the shared budget. */
  room: number;
  /** In lending modes, whose wallet holds the money of one of these requests. */
  idleOf?: string;
  /** A user's additional budget. */
  own?: { target: Target; requests: number };
  /** Fault-free history. @returns what the clients need to know about it */
  prepare: (client: Client) => Promise<string>;
  /** An exploration uses the first of them. @returns whether a request proceeded */
  clients: { skewMs?: number; run: Action }[];
  /** How many requests proceed without faults. */
  proceed: number;
};

export type Target = Pick<Budget, 'scope' | 'scopeId' | 'period'>;
export type Action = (client: Client, known: string, limitFor: LimitFor) => Promise<unknown>;
/** Settings of the shared budget with room for this many requests on top of earlier spend. */
type LimitFor = (requests: number) => ReturnType<typeof settingsOf>;

export const AT_MS = Date.parse('2026-11-21T10:00:00Z');
export const MIDNIGHT_MS = Date.parse('2026-11-22T00:00:00Z');
const BOTH: readonly BudgetMode[] = ['exact', 'escrow'];
export const SHARED: Target = { scope: 'department', scopeId: 'research', period: 'daily' };
export const OWN: Target = { scope: 'user', scopeId: 'ada', period: 'daily' };
const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';

export const USERS = ['ada', 'bob', 'cyd'];

export const requestOf = (userId: string, key: string): AiRequest & { model: string } => ({
  system: 'relaycore',
  userId,
  departmentId: 'research',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 500,
  tags: { key },
});

/** Amount of one reservation. */
export const REQUEST_NANO_USD = priced();
const RATE: Rate = {
  inputNanoUsdPerMillion: 0n,
  outputNanoUsdPerMillion: REQUEST_NANO_USD,
  cacheReadNanoUsdPerMillion: 0n,
  cacheWriteNanoUsdPerMillion: 0n,
};

export const settingsOf = (mode: BudgetMode, requests: number) => ({
  limitNanoUsd: REQUEST_NANO_USD * BigInt(requests),
  timeZone: 'UTC',
  enforcement: 'enforce' as const,
  mode,
});

const nothing = async (): Promise<string> => '';
const whole = (amountNanoUsd: bigint): bigint => amountNanoUsd;

/** A UUIDv7 of a time, like callers create. */
export function keyAt(ms: number, number: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(number).padStart(12, '0')}`;
}

export const spender =
  (userId: string, number: number, atMs = AT_MS): Action =>
  (client) =>
    spend(client, requestOf(userId, `r${number}`), keyAt(atMs, number), whole);

/** A request that costs nothing leaves its money idle in the user's wallet. */
export const lendTo = (
  client: Client,
  userId: string,
  atMs: number,
  number = 0,
): Promise<boolean> =>
  spend(client, requestOf(userId, `r${number}`), keyAt(atMs, number), () => 0n);

export const limiter =
  (requests: number): Action =>
  (client, _, limitFor) =>
    putBudget(client, SHARED, limitFor(requests));

const twin =
  (key: string): Action =>
  async (client) =>
    (await reserve(client, requestOf('ada', 'r1'), key)) !== undefined;

/** Unreserved usage that costs as much as this many requests. */
export const chargeFor = (client: Client, eventId: string, requests: number, atMs = AT_MS) =>
  charge(
    client,
    {
      ...requestOf('dan', ''),
      tags: undefined,
      eventId,
      at: atMs,
      usage: { ...NO_TOKENS, outputTokens: requests * 1_000_000 },
    },
    RATE,
  );

/** The first request costs nothing, so its money is idle again when the second one is made. */
const spendTwice: Action = async (client) => {
  await lendTo(client, 'ada', AT_MS, 1);
  return spender('ada', 2)(client, '', () => settingsOf('escrow', 0));
};

const closer =
  (how: 'half' | 'void'): Action =>
  (client, entryId) =>
    close(client, entryId, how === 'half' ? REQUEST_NANO_USD / 2n : 'void');

const extender =
  (holdSeconds: number): Action =>
  (client, entryId) =>
    extend(client, entryId, holdSeconds);

export const usual = { modes: BOTH, atMs: AT_MS, prepare: nothing, proceed: 0 };

/** A clock so far behind sees a hold open that another clock sees over. */
const BEHIND_MS = -10_000;

const expiring = {
  ...usual,
  startMs: AT_MS + HOLD_MS + 5_000,
  room: 1,
  idleOf: 'ada',
  prepare: async (client: Client) =>
    (await reserve(client, requestOf('ada', 'r1'), keyAt(AT_MS, 1)))?.entryId ?? '',
};

export const SCENARIOS: readonly Scenario[] = [
  {
    ...usual,
    name: 'last-room',
    about: 'users reserve and settle against a shared budget with room for one',
    room: 1,
    clients: USERS.map((user, index) => ({ run: spender(user, index) })),
    proceed: 1,
  },
  {
    ...usual,
    name: 'same-key',
    about: 'one request sent twice at once under a UUIDv7, beside another for the same room',
    room: 1,
    idleOf: 'ada',
    own: { target: OWN, requests: 2 },
    clients: [
      { run: twin(keyAt(AT_MS, 1)) },
      { run: twin(keyAt(AT_MS, 1)) },
      { run: spender('bob', 2) },
    ],
    proceed: 1,
  },
  {
    ...usual,
    name: 'opaque-key',
    about: 'the same under a key that the ledger must remember, with room for both',
    room: 2,
    idleOf: 'ada',
    clients: [{ run: twin('again') }, { run: twin('again') }, { run: spender('bob', 2) }],
    proceed: 1,
  },
  {
    ...expiring,
    name: 'closings',
    about: 'settlement, expiry and void of one reservation',
    clients: [{ run: closer('half') }, { run: sweep }, { run: closer('void') }],
  },
  {
    ...expiring,
    name: 'extended-or-expired',
    about: 'one clock still extends a hold that another already sweeps or settles',
    clients: [{ run: extender(60), skewMs: BEHIND_MS }, { run: sweep }, { run: closer('half') }],
  },
  {
    ...expiring,
    name: 'extended-or-settled',
    about: 'extension and settlement of one reservation, which is swept too',
    clients: [{ run: extender(60), skewMs: BEHIND_MS }, { run: closer('half') }, { run: sweep }],
  },
  {
    ...expiring,
    name: 'extended-twice',
    about: 'two extensions of one hold, which is swept too',
    clients: [
      { run: extender(60), skewMs: BEHIND_MS },
      { run: extender(30), skewMs: BEHIND_MS },
      { run: sweep },
    ],
  },
  {
    ...usual,
    name: 'late-hold',
    about: 'a process that stood still holds what has expired, while it is swept',
    modes: ['escrow'],
    startMs: AT_MS + HOLD_MS + 5_000,
    room: 1,
    idleOf: 'ada',
    clients: [
      { run: spender('ada', 1), skewMs: -HOLD_MS - 5_000 },
      { run: sweep },
      { run: spender('bob', 2), skewMs: -HOLD_MS - 5_000 },
    ],
  },
  {
    ...usual,
    name: 'limit-lowered',
    about: 'a limit for two requests becomes one for one while they are made',
    room: 2,
    idleOf: 'ada',
    clients: [{ run: spender('ada', 1) }, { run: limiter(1) }, { run: spender('bob', 2) }],
    proceed: 1,
  },
  {
    ...usual,
    name: 'limit-raised',
    about: 'a limit for one request becomes one for two while two are made',
    room: 1,
    idleOf: 'ada',
    clients: [{ run: spender('ada', 1) }, { run: limiter(2) }, { run: spender('bob', 2) }],
    proceed: 1,
  },
  {
    ...usual,
    name: 'new-period',
    about: 'requests open the balance of a new day, while a clock behind changes the limit',
    atMs: MIDNIGHT_MS,
    room: 1,
    clients: [
      { run: spender('ada', 1, MIDNIGHT_MS) },
      { run: limiter(2), skewMs: -1_000 },
      { run: spender('bob', 2, MIDNIGHT_MS), skewMs: -1_000 },
    ],
    proceed: 1,
  },
  {
    ...usual,
    name: 'charge',
    about: 'usage that nobody reserved takes the room that a request wants',
    room: 1,
    idleOf: 'ada',
    clients: [
      { run: spender('ada', 1) },
      { run: (client) => chargeFor(client, 'event-1', 1) },
      { run: spender('bob', 2) },
    ],
  },
  {
    ...usual,
    name: 'remembered-wallet',
    about:
      "a user's second request goes by what its process remembers, while the money is drawn in",
    modes: ['escrow'],
    room: 1,
    idleOf: 'ada',
    clients: [{ run: spendTwice }, { run: spender('bob', 3) }, { run: limiter(0) }],
    proceed: 1,
  },
  {
    ...usual,
    name: 'idle-elsewhere',
    about: "the room for the next request lies idle in another user's wallet",
    modes: ['escrow'],
    room: 1,
    idleOf: 'ada',
    clients: [{ run: spender('bob', 1) }, { run: spender('ada', 2) }, { run: spender('cyd', 3) }],
    proceed: 1,
  },
];

function priced(): bigint {
  const request = requestOf('ada', '');
  const quoteSet = quoteRequest({
    request,
    models: [MODEL],
    overrides: new Map(),
    state: coldState(),
    supply: supplyFor(request, { catalog: builtInCatalog, nowMs: AT_MS }),
  });
  if (!quoteSet.ok) throw quoteSet.problem;
  return quoteSet.recommended.upperBoundNanoUsd;
}
