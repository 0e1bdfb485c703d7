import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUsage } from '../../domain/provider-usage/read-usage.ts';
import { edited, edits, SUBJECTS } from './edits.ts';
import { FAULTY_READERS } from './faulty-readers.ts';
import { brokenLaw, outcomeOf, type Reader } from './reader-laws.ts';

const RUNS = 6000;
const MUTANT_RUNS = 3000;

/** Edits reports at random until a law breaks. @returns the smallest case, or nothing */
function findBrokenLaw(read: Reader, numRuns: number, seed: number): string | undefined {
  const cases = fc.record({ index: fc.nat(), which: fc.nat(), edit: edits });
  const property = fc.property(cases, ({ index, which, edit }) => {
    const subject = SUBJECTS[index % SUBJECTS.length];
    const leaf = subject?.leaves[which % subject.leaves.length];
    if (!subject || !leaf) throw new Error('a report has no numbers');
    const before = outcomeOf(read, subject.report, subject.model);
    if (before.kind !== 'priced') throw new Error(`${subject.name}: ${before.why}`);
    const report = edited(subject, edit, leaf);
    const law = brokenLaw(
      subject,
      edit,
      leaf,
      before.nanoUsd,
      outcomeOf(read, report, subject.model),
    );
    if (law === undefined) return;
    throw new Error(`${law}: ${edit.kind} ${leaf.path.join('.')} of "${subject.name}"`);
  });
  const {
    failed,
    errorInstance,
    seed: used,
    counterexamplePath,
  } = fc.check(property, { numRuns, seed });
  if (!failed) return undefined;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${reason} (seed ${used}, path ${counterexamplePath})`;
}

describe('a report with a number that was changed at random', () => {
  test('is counted, or refused, or named; no number gets lost', () => {
    const seed = Number(process.env['PROPERTIES_SEED'] ?? 1);
    const runs = Number(process.env['PROPERTIES_RUNS'] ?? RUNS);
    expect(SUBJECTS.length).toBeGreaterThan(100);
    expect(findBrokenLaw(readUsage, runs, seed)).toBeUndefined();
  });

  test.each(FAULTY_READERS)('reveals a reader that $name', ({ read }) => {
    expect(findBrokenLaw(read, MUTANT_RUNS, 1)).toBeDefined();
  });
});
