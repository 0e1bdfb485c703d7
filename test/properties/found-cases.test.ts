import { describe, expect, it } from 'vitest';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { PERIODS } from '../../domain/periods.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { type Command, MODEL, ORGANIZATION, type Setting } from './command.ts';
import { createProcess } from './process.ts';
import { MIXES, runCase } from './run-case.ts';
import { callOf } from '../support/call.ts';

const NOON_MS = Date.parse('2026-11-21T12:00:00Z');
const BEFORE_MIDNIGHT_MS = Date.parse('2026-11-21T23:59:20Z');

const ADA_DAILY: Setting = {
  budget: 2,
  units: 13,
  timeZone: 'UTC',
  enforcement: 'enforce',
  onExpiry: 'presume',
  form: 'exact',
};
const ADA = { user: 'ada', isInResearch: false } as const;

/** Sequences that once failed, in their shrunken form. */
const FOUND: { what: string; startMs: number; settings: Setting[]; commands: Command[] }[] = [
  {
    what: 'a day that is over gets the lanes that its budget has since, when a charge comes late',
    startMs: BEFORE_MIDNIGHT_MS,
    settings: [ADA_DAILY],
    commands: [
      { do: 'wait', process: 0, ms: 61_000 },
      { do: 'form', process: 0, budget: 2, form: 'lanes' },
      { do: 'charge', process: 0, who: ADA, event: 0, units: 1, aheadMs: -600_000 },
    ],
  },
];

describe('sequences that differed once', () => {
  it.each(FOUND)('agree: $what', async ({ startMs, settings, commands }) => {
    const tally = await runCase({ startMs, settings, commands });
    expect(tally.get('charge: accepted')).toBe(MIXES.length);
  });
});

describe('a request under ten budgets in sixteen lanes each', () => {
  it('is decided, though one read does not bring them all', async () => {
    const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
    const { deps, budgets } = createProcess(db, () => NOON_MS, 'p');
    const principals = {
      organizationId: ORGANIZATION,
      userId: 'ada',
      departmentId: 'research',
      system: 'relaycore',
      model: MODEL,
    };
    for (const target of scopesOf(principals)) {
      for (const period of PERIODS) {
        const { lanes } = await budgets.put(
          { organizationId: ORGANIZATION, actor: 'test', nowMs: NOON_MS },
          { ...target, period },
          {
            limitNanoUsd: 10_000_000n,
            timeZone: 'UTC',
            enforcement: 'enforce',
            mode: 'escrow',
            peakRequestsPerSecond: 1_000_000,
          },
        );
        expect(lanes).toHaveLength(16);
      }
    }
    const { organizationId: _, ...who } = principals;
    const request = { ...who, inputTokens: 5_995, maxOutputTokens: 1 };
    const decide = async () =>
      (await createReservation(deps, callOf(ORGANIZATION, NOON_MS), request, undefined)).kind;
    expect(await decide()).toBe('reserved');
    expect(await decide()).toBe('reject');
  });
});
