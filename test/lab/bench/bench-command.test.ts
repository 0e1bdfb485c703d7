import { describe, expect, it } from 'vitest';
import { numbersOf } from '../../../lab/bench/subject.ts';
import { SUBJECTS } from '../../../lab/bench/subjects.ts';
import { runScript } from '../../support/run-script.ts';

const NAMES = [
  'requests',
  'analytics',
  'predictor',
  'ledger',
  'reports',
  'monitor',
  'controls',
  'memory',
  'gateway',
  'prompts',
  'quota',
  'caches',
  'marks',
  'queue',
];

const subjectNamed = (name: string) =>
  SUBJECTS.find((subject) => subject.name === name) ?? expect.unreachable(name);

describe('npm run bench', () => {
  it('lists every subject and its options in its help, in 80 columns', async () => {
    const { stdout, code } = await runScript('bench', ['--help']);
    expect(code).toBe(0);
    expect(SUBJECTS.map(({ name }) => name)).toEqual(NAMES);
    for (const { name, options } of SUBJECTS) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      for (const option of Object.keys(options)) expect(stdout).toContain(`--${option} N`);
    }
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    ['a subject that does not exist', ['fast'], '"fast"'],
    ['two subjects', ['analytics', 'predictor'], '"analytics predictor"'],
    ['an option of another subject', ['ledger', '--users', '3'], 'ledger has no option --users.'],
    ['a number out of bounds', ['controls', '--users', '31'], '--users must be a whole number'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await runScript('bench', args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('takes the number that was given, and otherwise the default of a full or quick run', () => {
    const monitor = subjectNamed('monitor');
    expect(numbersOf(monitor, true, { scopes: '2000' })).toEqual({ scopes: 2_000 });
    expect(numbersOf(monitor, false, {})).toEqual({ scopes: 100_000 });
    expect(numbersOf(monitor, true, {})).toEqual({ scopes: 10_000 });
    expect(() => numbersOf(monitor, false, { scopes: '999' })).toThrow('from 1000 to 1000000');
    expect(() => numbersOf(monitor, false, { scopes: '1000001' })).toThrow('from 1000');
  });
});
