import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { BudgetMode } from '../../domain/ledger/budget.ts';
import { MUTANTS } from './mutants.ts';
import { exploreSchedules, replaySchedule } from './explore-schedules.ts';
import { ALL_SCENARIOS } from './all-scenarios.ts';

const ALL = Infinity;
/** Scenarios with too many orders for a test, which takes the first; the command takes all. */
const LARGE = ['override-over', 'remembered-wallet'];
const FIRST = 40;

function smallOf(
  scenario: string,
  clients: number,
  faults: number,
  mutant?: string,
  mode: BudgetMode = 'exact',
) {
  const small = ALL_SCENARIOS.find(({ name }) => name === scenario);
  if (!small) throw new Error(`there is no scenario ${scenario}`);
  const broken = MUTANTS.find(({ name }) => name === mutant);
  if (mutant !== undefined && !broken) throw new Error(`there is no mutant ${mutant}`);
  return { scenario: small, mode, clients, faults, mutant: broken };
}

describe('every order of the store calls', () => {
  it.each(ALL_SCENARIOS.flatMap(({ name, modes }) => modes.map((mode) => [name, mode] as const)))(
    'of two clients breaks no law: %s, %s',
    async (name, mode) => {
      const isLarge = LARGE.includes(name);
      const cap = isLarge ? FIRST : ALL;
      const explored = await exploreSchedules(smallOf(name, 2, 0, undefined, mode), { cap });
      expect(explored.failure?.outcome.violation).toBeUndefined();
      expect(explored.isComplete).toBe(!isLarge);
      expect(explored.schedules).toBeGreaterThan(1);
    },
  );

  it('breaks no law with one fault anywhere', async () => {
    const explored = await exploreSchedules(smallOf('last-room', 2, 1), { cap: ALL });
    expect(explored.failure?.outcome.violation).toBeUndefined();
    expect(explored.isComplete).toBe(true);
  });

  it.each([
    ['last-room', 2, 0],
    ['closings', 3, 0],
    ['charge', 2, 0],
  ])('ends as it may end when no order is left out: %s', async (name, clients, faults) => {
    const endingsOf = async (isReduced: boolean) => {
      const endings = new Set<string>();
      const { isComplete, schedules } = await exploreSchedules(smallOf(name, clients, faults), {
        cap: ALL,
        isReduced,
        onSchedule: ({ ending }) => endings.add(ending()),
      });
      expect(isComplete).toBe(true);
      return { endings: [...endings].toSorted(), schedules };
    };
    const reduced = await endingsOf(true);
    const full = await endingsOf(false);
    expect(reduced.endings).toEqual(full.endings);
    expect(reduced.endings.length).toBeGreaterThan(1);
    expect(reduced.schedules).toBeLessThan(full.schedules);
  });

  it.each([
    ['a reservation needs no headroom', 'last-room', 2, 0],
    ['a hold from memory needs no headroom', 'remembered-room', 2, 0],
    ['a settlement forgets to check the version', 'closings', 2, 0],
    ['a transaction is split into single writes', 'last-room', 2, 0],
    ['an opaque key is not remembered', 'opaque-key', 2, 0],
    ['a limit change checks neither version nor balances', 'new-period', 2, 0],
    ['a balance opens whatever its budget has become', 'new-period', 2, 0],
    ['a rejection does not look whether its key made a reservation', 'opaque-key', 3, 1],
    ['a reservation needs no headroom', 'idle-elsewhere', 2, 0, 'escrow'],
    ['a hold does not heed the fence', 'late-hold', 2, 0, 'escrow'],
    ['a sweeper voids without a fence', 'late-hold', 2, 0, 'escrow'],
    ['a transaction is split into single writes', 'idle-elsewhere', 2, 0, 'escrow'],
    ['an entry is put beside its hold', 'remembered-wallet', 2, 0, 'escrow'],
    ['an entry is finished beside its closing', 'closings', 2, 0, 'escrow'],
    ['an expiry goes by an end that was read before', 'extended-or-expired', 2, 0],
    ['an expiry goes by an end that was read before', 'extended-or-expired', 2, 0, 'escrow'],
    ['an extension does not look whether its end is the latest', 'extended-twice', 2, 0],
    ['an override goes on after it has ended', 'override-over', 3, 0],
    ['a reset reaches no balance', 'reset', 2, 0],
    ['a new calendar begins at once', 'new-calendar', 2, 0],
    ['what leaves a period enters no other', 'rolled-over', 2, 0],
    ['a session does not remember that it was used', 'session', 2, 0],
    ['a reservation needs no room in requests and tokens', 'last-count', 2, 0],
    ['budgets of tags apply to no request', 'prepaid-tag', 2, 0],
    ['a prepaid budget begins again with every day', 'prepaid-tag', 2, 0],
    ['the budgets of the model that served are not charged', 'served-by-another', 2, 0],
    [
      'a closed record forgets the budgets of the model that served',
      'served-by-another',
      2,
      0,
      'escrow',
    ],
    ['a run ends though it was used meanwhile', 'session', 2, 0],
    ['a draw takes nothing from its workflow', 'workflow', 2, 0],
    ['a draw does not look what is left of its workflow', 'workflow-of-two', 2, 0],
    ['a draw does not look whether its workflow is open', 'workflow', 2, 0],
    ['a draw leaves the version of its workflow as it is', 'workflow', 2, 0],
    ['a workflow gets back what its balances get back too', 'workflow-returns', 2, 0],
    ['a transaction is split into single writes', 'workflow-returns', 2, 0],
    ['an extension of what its wallet has closed', 'extended-or-settled', 2, 0, 'escrow'],
  ] as const)('finds: %s, %s', async (mutant, name, clients, faults, mode?: BudgetMode) => {
    const small = smallOf(name, clients, faults, mutant, mode);
    const { failure } = await exploreSchedules(small, { cap: ALL });
    if (!failure) return expect.unreachable('no order of steps has broken a law');
    const again = await replaySchedule(small, failure.replay);
    expect(again.violation).toBe(failure.outcome.violation);
    expect(again.trail).toEqual(failure.outcome.trail);
    return undefined;
  });

  it('replays the schedule that the command prints', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['test/exhaustive/explore.ts', ...args], { encoding: 'utf8' });
    const mutant = 'a reservation needs no headroom';
    const broken = ['--scenario', 'last-room', '--mode', 'exact', '--mutant', mutant];
    const first = run(...broken);
    expect(first.status).toBe(1);
    const [, choices = ''] = first.stdout.match(/--replay '([\d.]*)'/) ?? [];
    const again = run(...broken, '--replay', choices);
    expect(again.status).toBe(1);
    expect(again.stdout).toContain(first.stdout.match(/BROKE A LAW\n.*\n/)?.[0]);
    expect(run('--scenario', 'nowhere').status).toBe(2);
  });
});
