import fc from 'fast-check';
import type { Period } from '../../domain/periods.ts';
import type { Scope } from '../../domain/scopes.ts';
import { HOLD_MS } from './process.ts';

export const ORGANIZATION = 'acme';
export const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
/** Serves what was reserved for the first; a token out costs 15 USD per million. */
export const OTHER_MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
/** A tag that the organization lists, and a value of it. */
export const TAG = 'project';
export const PROJECT = 'apollo';
/** A run of an agent. */
export const RUN = 'run-1';
export const USERS = ['ada', 'bob', 'cyd'] as const;

/** Possible budgets of a case; commands refer to them by index. */
export const TARGETS: readonly { scope: Scope; scopeId: string; period: Period }[] = [
  { scope: 'organization', scopeId: ORGANIZATION, period: 'monthly' },
  { scope: 'department', scopeId: 'research', period: 'daily' },
  { scope: 'user', scopeId: 'ada', period: 'daily' },
  { scope: 'user', scopeId: 'bob', period: 'monthly' },
  { scope: 'organization', scopeId: ORGANIZATION, period: 'daily' },
  { scope: 'system', scopeId: 'relaycore', period: 'monthly' },
  { scope: 'model', scopeId: MODEL, period: 'daily' },
  { scope: 'model', scopeId: OTHER_MODEL, period: 'daily' },
  { scope: 'user', scopeId: 'cyd', period: 'weekly' },
  { scope: `tag:${TAG}`, scopeId: PROJECT, period: 'total' },
  { scope: 'session', scopeId: RUN, period: 'total' },
];

/** How a budget keeps its money. Every form must make the same decisions. */
export const FORMS = ['exact', 'escrow', 'lanes'] as const;
export type Form = (typeof FORMS)[number];

export type Who = {
  user: (typeof USERS)[number];
  isInResearch: boolean;
  isInProject?: boolean;
  isInRun?: boolean;
};

/**
 * The next action. Amounts are in units of the smallest reservation; `nth` counts reservations or
 * charges back from the newest and wraps around.
 */
export type Command = { process: 0 | 1 } & (
  | {
      do: 'reserve';
      who: Who;
      units: number;
      key: 'uuid' | 'opaque' | 'none';
      /** How far the clock that made the key is ahead. */
      aheadMs: number;
    }
  | { do: 'reserve again'; nth: number; isOther: boolean }
  | { do: 'settle'; nth: number; percent: number; isOtherModel?: boolean }
  | { do: 'void'; nth: number }
  | { do: 'correct'; what: 'reservation' | 'charge'; nth: number; id: number; percent: number }
  | { do: 'charge'; who: Who; event: number; units: number; aheadMs: number }
  | { do: 'limit'; budget: number; units: number }
  | { do: 'form'; budget: number; form: Form }
  | { do: 'remove'; budget: number }
  | { do: 'reset'; budget: number }
  | { do: 'override'; budget: number; units: number; lastsMs: number | null }
  | { do: 'end override'; budget: number; nth: number }
  | { do: 'calendar'; budget: number; timeZone: string; startsOn: number }
  | { do: 'roll over'; budget: number; cap: number | null }
  | { do: 'wait'; ms: number }
  | { do: 'sweep' }
);

export type Setting = {
  budget: number;
  units: number;
  timeZone: string;
  /** On which day its weeks or months begin, one of seven. */
  startsOn?: number;
  /** The most that a period leaves to the next one; nothing if absent. */
  cap?: number | null;
  enforcement: 'enforce' | 'warn' | 'observe';
  onExpiry: 'presume' | 'release';
  /** This budget's mode, if a run mixes modes. */
  form: Form;
  /** How many requests, and tokens in units of the smallest reservation; such a budget is exact. */
  counts?: { requests?: number; tokenUnits?: number } | undefined;
};

export type Case = { startMs: number; settings: Setting[]; commands: Command[] };

/**
 * Ends of periods: ordinary, of a month and a year, of days with 23 and 25 hours, and of a day
 * without midnight.
 */
const TURNS: { at: string; timeZone: string }[] = [
  { at: '2026-11-22T00:00:00Z', timeZone: 'UTC' },
  { at: '2026-12-01T00:00:00Z', timeZone: 'UTC' },
  { at: '2027-01-01T00:00:00Z', timeZone: 'UTC' },
  { at: '2026-10-24T22:00:00Z', timeZone: 'Europe/Berlin' },
  { at: '2026-10-25T23:00:00Z', timeZone: 'Europe/Berlin' },
  { at: '2026-03-28T23:00:00Z', timeZone: 'Europe/Berlin' },
  { at: '2026-10-31T23:00:00Z', timeZone: 'Europe/Berlin' },
  { at: '2026-11-01T04:00:00Z', timeZone: 'America/New_York' },
  { at: '2026-11-02T05:00:00Z', timeZone: 'America/New_York' },
  { at: '2026-03-08T05:00:00Z', timeZone: 'America/Havana' },
  { at: '2026-11-30T18:30:00Z', timeZone: 'Asia/Kolkata' },
];
const BEFORE_MS = [40_000, 5_000, 600_000, 5_400_000, 86_400_000];
const WAITS_MS = [1_000, 30_000, 61_000, 300_000, HOLD_MS + 60_000, 10_800_000, 90_000_000];

const LASTS_MS = [30_000, 300_000, 3_600_000, 90_000_000, null];
const ZONES = ['UTC', 'Asia/Tokyo', ...new Set(TURNS.map(({ timeZone }) => timeZone))];

const process = fc.constantFrom<0 | 1>(0, 1);
const nth = fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: 12 }));
const amount = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 40 }));
const budget = fc.nat({ max: TARGETS.length - 1 });
const percent = fc.constantFrom(100, 0, 30, 150, 400);
const timeZone = fc.constantFrom(...ZONES);
const startsOn = fc.nat({ max: 6 });
const cap = fc.constantFrom(1, 8, 60, null);
const who: fc.Arbitrary<Who> = fc.record({
  user: fc.constantFrom(...USERS),
  isInResearch: fc.boolean(),
  isInProject: fc.boolean(),
  isInRun: fc.boolean(),
});

const of = <Name extends Command['do']>(
  name: Name,
  more: {
    [Field in keyof Omit<Extract<Command, { do: Name }>, 'do' | 'process'>]: fc.Arbitrary<
      Extract<Command, { do: Name }>[Field]
    >;
  },
): fc.Arbitrary<Command> =>
  fc.record({ do: fc.constant(name), process, ...more }) as unknown as fc.Arbitrary<Command>;

const reserve = of('reserve', {
  who,
  units: amount,
  key: fc.constantFrom('none', 'uuid', 'opaque'),
  aheadMs: fc.constantFrom(0, -60_000, 60_000, -5_000, -400_000, 5_000),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: reserve },
  { weight: 4, arbitrary: of('reserve again', { nth, isOther: fc.boolean() }) },
  { weight: 6, arbitrary: of('settle', { nth, percent, isOtherModel: fc.boolean() }) },
  { weight: 2, arbitrary: of('void', { nth }) },
  { weight: 4, arbitrary: of('wait', { ms: fc.constantFrom(...WAITS_MS) }) },
  { weight: 3, arbitrary: of('sweep', {}) },
  {
    weight: 4,
    arbitrary: of('correct', {
      what: fc.constantFrom('reservation', 'charge'),
      nth,
      id: fc.nat({ max: 1 }),
      percent,
    }),
  },
  {
    weight: 2,
    arbitrary: of('charge', {
      who,
      event: fc.nat({ max: 1 }),
      units: amount,
      aheadMs: fc.constantFrom(0, -600_000, 600_000),
    }),
  },
  {
    weight: 2,
    arbitrary: of('limit', { budget, units: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 200 })) }),
  },
  { weight: 2, arbitrary: of('form', { budget, form: fc.constantFrom(...FORMS) }) },
  { weight: 1, arbitrary: of('remove', { budget }) },
  { weight: 2, arbitrary: of('reset', { budget }) },
  {
    weight: 3,
    arbitrary: of('override', { budget, units: amount, lastsMs: fc.constantFrom(...LASTS_MS) }),
  },
  { weight: 1, arbitrary: of('end override', { budget, nth }) },
  { weight: 3, arbitrary: of('calendar', { budget, timeZone, startsOn }) },
  { weight: 1, arbitrary: of('roll over', { budget, cap }) },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  budget,
  units: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 200 })),
  timeZone,
  startsOn: fc.oneof(fc.constant(1), startsOn),
  cap: fc.oneof(fc.constant(null), cap),
  enforcement: fc.constantFrom('enforce', 'enforce', 'enforce', 'enforce', 'warn', 'observe'),
  onExpiry: fc.constantFrom('presume', 'presume', 'release'),
  form: fc.constantFrom(...FORMS),
  counts: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ requests: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ tokenUnits: fc.integer({ min: 1, max: 60 }) }) },
  ),
});

/** Budgets shortly before a period ends, and a sequence of commands. */
export const caseOf = (maxCommands: number): fc.Arbitrary<Case> =>
  fc
    .record({
      turn: fc.constantFrom(...TURNS),
      beforeMs: fc.constantFrom(...BEFORE_MS),
      isOneZone: fc.boolean(),
      settings: fc.uniqueArray(setting, {
        selector: (each) => each.budget,
        minLength: 1,
        maxLength: 5,
      }),
      commands: fc.array(command, { minLength: 1, maxLength: maxCommands, size: 'max' }),
    })
    .map(({ turn, beforeMs, isOneZone, settings, commands }) => ({
      startMs: Date.parse(turn.at) - beforeMs,
      settings: settings.map((each) => ({
        ...each,
        timeZone: isOneZone ? turn.timeZone : each.timeZone,
      })),
      commands,
    }));
