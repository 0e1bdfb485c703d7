import type { Budget } from '../../domain/ledger/budget.ts';
import { sweepBudgets } from '../../services/budgets/sweep-budgets.ts';
import { callOf } from '../support/call.ts';
import { ORGANIZATION } from '../simulation/world.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { stored } from '../support/stored.ts';
import { close, persist, putBudget, reserve, spend, sweep } from './client-actions.ts';
import {
  type Action,
  AT_MS,
  keyAt,
  MIDNIGHT_MS,
  REQUEST_NANO_USD,
  requestOf,
  type Scenario,
  SHARED,
  spender,
  type Target,
  usual,
} from './scenarios.ts';
import { type Client, HOLD_MS } from './small-world.ts';

const MINUTE_MS = 60_000;
const EXACT = { ...usual, modes: ['exact'] as const };
const RUN = 'run-1';
/** A clock so far ahead finds a run over that another one finds open. */
const AHEAD_MS = 1_900;
const IDLE_MS = MINUTE_MS;
const ALMOST_IDLE_MS = AT_MS + IDLE_MS - 1_000;
const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const OTHER_MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const PROJECT = { scope: 'tag:project', scopeId: 'apollo', period: 'total' } as const;
const SESSION = { scope: 'session', scopeId: RUN, period: 'total' } as const;

/** Raises a budget by one request until a time, or for good. */
const override =
  (untilMs?: number, target: Target = SHARED): Action =>
  (client) =>
    persist(client, ({ adjustments, now }) =>
      adjustments.addOverride(callOf(ORGANIZATION, now()), target, {
        addNanoUsd: REQUEST_NANO_USD,
        untilMs,
        reason: 'a busy day',
      }),
    );

const reset: Action = (client) =>
  persist(client, ({ adjustments, now }) =>
    adjustments.reset(callOf(ORGANIZATION, now()), SHARED, 'a test run'),
  );

const change =
  (settings: Partial<Budget>): Action =>
  (client, _, limitFor) =>
    putBudget(client, SHARED, { ...limitFor(1), ...settings });

/** Ends overrides that are over, and rolls over what earlier periods left. */
const sweepDue: Action = (client) =>
  persist(client, ({ sweeping, sweepNow }) => sweepBudgets(sweeping, sweepNow()));

/** A request of one run of an agent. */
const inRun =
  (userId: string, number: number, atMs: number): Action =>
  (client) =>
    spend(
      client,
      { ...requestOf(userId, `r${number}`), departmentId: undefined, sessionId: RUN },
      keyAt(atMs, number),
      (amountNanoUsd) => amountNanoUsd,
    );

/** A request of a project. */
const inProject =
  (userId: string, number: number, atMs: number): Action =>
  (client) => {
    const request = requestOf(userId, `r${number}`);
    const tags = { ...request.tags, project: PROJECT.scopeId };
    const whole = (amountNanoUsd: bigint): bigint => amountNanoUsd;
    return spend(client, { ...request, tags }, keyAt(atMs, number), whole);
  };

const enforcing = (requests: bigint) => ({
  limitNanoUsd: requests * REQUEST_NANO_USD,
  timeZone: 'UTC',
  enforcement: 'enforce' as const,
});

const after =
  (...acts: Action[]): Scenario['prepare'] =>
  async (client: Client) => {
    for (const act of acts) await act(client, '', limitsOfNobody);
    return '';
  };

const limitsOfNobody = (): never => {
  throw new Error('a preparation changes no limit');
};

/** What operators do to a budget while requests are made under it. */
export const RULE_SCENARIOS: readonly Scenario[] = [
  {
    ...EXACT,
    name: 'overridden',
    about: 'a limit for one request is raised by another for a time while two are made',
    room: 1,
    clients: [
      { run: spender('ada', 1) },
      { run: override(AT_MS + 10 * MINUTE_MS) },
      { run: spender('bob', 2) },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'override-over',
    about: 'two requests find an override that has just ended, while it is swept',
    startMs: AT_MS + MINUTE_MS + 5_000,
    room: 1,
    prepare: after(override(AT_MS + MINUTE_MS)),
    clients: [
      { run: spender('ada', 1, AT_MS + MINUTE_MS + 5_000) },
      { run: sweepDue },
      { run: spender('bob', 2, AT_MS + MINUTE_MS + 5_000) },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'reset',
    about: 'a budget that is used up is reset while two requests are made',
    room: 1,
    prepare: after(spender('cyd', 0)),
    clients: [{ run: reset }, { run: spender('ada', 1) }, { run: spender('bob', 2) }],
  },
  {
    ...EXACT,
    name: 'new-calendar',
    about: 'a budget gets another time zone while requests are made under it',
    room: 1,
    clients: [
      { run: change({ timeZone: 'Pacific/Kiritimati' }) },
      { run: spender('ada', 1) },
      { run: spender('bob', 2) },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'rolled-over',
    about: 'what a day left is rolled over while two requests of the next day are made',
    startMs: MIDNIGHT_MS + 1_000,
    room: 1,
    prepare: async (client) => {
      const limitNanoUsd = REQUEST_NANO_USD;
      await putBudget(client, SHARED, {
        limitNanoUsd,
        timeZone: 'UTC',
        enforcement: 'enforce',
        rolloverCapNanoUsd: limitNanoUsd,
      });
      return '';
    },
    clients: [
      { run: sweepDue },
      { run: spender('ada', 1, MIDNIGHT_MS + 1_000) },
      { run: spender('bob', 2, MIDNIGHT_MS + 1_000) },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'session',
    about: 'one clock still finds the run of an agent open that another finds idle for too long',
    startMs: ALMOST_IDLE_MS,
    room: 4,
    prepare: async (client) => {
      await putBudget(client, SESSION, {
        limitNanoUsd: 4n * REQUEST_NANO_USD,
        timeZone: 'UTC',
        enforcement: 'enforce',
        idleSeconds: IDLE_MS / 1_000,
      });
      await inRun('ada', 0, AT_MS)(client, '', limitsOfNobody);
      return '';
    },
    clients: [
      { run: inRun('ada', 1, ALMOST_IDLE_MS) },
      { run: inRun('ada', 2, ALMOST_IDLE_MS), skewMs: AHEAD_MS },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'last-count',
    about: 'two requests are made under a budget that allows one more',
    startMs: AT_MS + MINUTE_MS,
    room: 4,
    prepare: async (client) => {
      const countLimits = { requests: 1, tokens: 100_000 };
      await putBudget(client, SHARED, { ...enforcing(4n), countLimits });
      return '';
    },
    clients: [
      { run: spender('ada', 1, AT_MS + MINUTE_MS) },
      { run: spender('bob', 2, AT_MS + MINUTE_MS) },
      { run: spender('cyd', 3, AT_MS + MINUTE_MS) },
    ],
    proceed: 1,
  },
  {
    ...EXACT,
    name: 'prepaid-tag',
    about: 'what a project prepaid is spent the day before, and topped up while it wants more',
    startMs: MIDNIGHT_MS + 1_000,
    room: 4,
    prepare: async (client) => {
      const { db } = client.process;
      await stored(db, createReportSettingsStore(db).tagsReplacement(ORGANIZATION, ['project']));
      await putBudget(client, PROJECT, enforcing(1n));
      await inProject('cyd', 0, AT_MS)(client, '', limitsOfNobody);
      return '';
    },
    clients: [
      { run: override(undefined, PROJECT) },
      { run: inProject('ada', 1, MIDNIGHT_MS + 1_000) },
      { run: inProject('bob', 2, MIDNIGHT_MS + 1_000) },
    ],
  },
  {
    ...usual,
    name: 'served-by-another',
    about: 'a request that another model served is settled while it expires and another is made',
    startMs: AT_MS + HOLD_MS + 5_000,
    room: 2,
    idleOf: 'ada',
    prepare: async (client) => {
      for (const scopeId of [MODEL, OTHER_MODEL]) {
        await putBudget(client, { scope: 'model', scopeId, period: 'daily' }, enforcing(40n));
      }
      return (await reserve(client, requestOf('ada', 'r1'), keyAt(AT_MS, 1)))?.entryId ?? '';
    },
    clients: [
      { run: (client, entryId) => close(client, entryId, REQUEST_NANO_USD / 2n, OTHER_MODEL) },
      { run: sweep },
      { run: spender('bob', 2, AT_MS + HOLD_MS + 5_000) },
    ],
  },
];
