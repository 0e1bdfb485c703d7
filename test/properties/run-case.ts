import { act } from './act.ts';
import { setBudget } from './operate.ts';
import { type Case, FORMS } from './command.ts';
import type { Mutant } from './mutants.ts';
import { HOLD_MS } from './process.ts';
import { compareAll, createWorld, type Mix } from './world.ts';

/** All budgets in one form, form by form, and finally each in its own form. */
export const MIXES: readonly Mix[] = [...FORMS, 'mixed'];

/**
 * Runs a case with its budgets in every form. Compares each form with the same model after every
 * command, and thereby all forms with each other. Anything still open at the end must expire.
 * @returns how often each command got each answer
 * @throws Error that names the form, the command and the difference
 */
export async function runCase(
  { startMs, settings, commands }: Case,
  mutant?: Mutant,
): Promise<Map<string, number>> {
  const tally = new Map<string, number>();
  for (const mix of mutant ? [mutant.shownBy] : MIXES) {
    const world = await createWorld(startMs, settings, mix, mutant);
    let during = 'its budgets are set';
    try {
      for (const setting of settings) {
        await setBudget(world, world.processes[0], setting, setting.units);
      }
      for (const [position, command] of commands.entries()) {
        during = `command ${position + 1} (${command.do})`;
        await act(world, command);
        if (command.do !== 'wait') await compareAll(world);
      }
      during = 'what is left expires';
      await act(world, { do: 'wait', process: 0, ms: 2 * HOLD_MS });
      await act(world, { do: 'sweep', process: 0 });
      await compareAll(world);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`budgets ${mix}, while ${during}: ${message}`, { cause: error });
    }
    addTally(tally, world.tally);
  }
  return tally;
}

/** Adds one tally to another. */
export function addTally(sum: Map<string, number>, more: Map<string, number>): void {
  for (const [answer, count] of more) sum.set(answer, (sum.get(answer) ?? 0) + count);
}
