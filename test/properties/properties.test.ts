import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkCases, textOfCase } from './check-cases.ts';
import { MUTANTS } from './mutants.ts';

const RUNS = 40;
const COMMANDS = 30;
/** Every answer that must occur in some sequence, so that none remains untested. */
const ANSWERS = [
  'reserve: reserved',
  'reserve: rejected',
  'reserve again: reserved',
  'reserve again: conflict',
  'settle: settled',
  'settle: conflict',
  'void: voided',
  'void: conflict',
  'correct: settled',
  'correct: conflict',
  'charge: accepted',
  'charge: duplicate',
  'charge: rejected',
  'remove: removed',
  'reset: reset',
  'override: added',
  'end override: ended',
];

describe('sequences of commands', () => {
  it('are answered alike by the model and by budgets of every form', async () => {
    const seed = Number(process.env['PROPERTIES_SEED'] ?? 1);
    const runs = Number(process.env['PROPERTIES_RUNS'] ?? RUNS);
    const { failure, tally, cases } = await checkCases({ runs, seed, commands: COMMANDS });
    const story = failure && `${failure.message}\n${textOfCase(failure.smallest)}\n${failure.path}`;
    expect(story).toBeUndefined();
    expect(cases).toBe(runs);
    expect([...tally.keys()]).toEqual(expect.arrayContaining(ANSWERS));
  });

  it.each(MUTANTS)('show a fault: $name', async (mutant) => {
    const checking = { runs: 6 * RUNS, seed: 1, commands: COMMANDS, mutant };
    const { failure } = await checkCases({ ...checking, isShrunk: false });
    expect(failure).toBeDefined();
  });

  it('replay from what the command prints', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['test/properties/properties.ts', ...args], { encoding: 'utf8' });
    const broken = ['--mutant', 'expiry gives the money back'];
    const first = run(...broken, '--seed', '3');
    expect(first.status).toBe(0);
    const [, path = ''] = first.stdout.match(/--path ([\d:]+)/) ?? [];
    const again = run(...broken, '--seed', '3', '--runs', '1', '--path', path);
    const shown = /DIFFERS[^]*Replay/;
    expect(again.stdout.match(shown)?.[0]).toBe(first.stdout.match(shown)?.[0]);
    expect(first.stdout).toMatch(shown);
    expect(run('--runs', 'many').status).toBe(2);
  });
});
