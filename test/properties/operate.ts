import { type Command, ORGANIZATION, type Setting } from './command.ts';
import type { Process } from './process.ts';
import type { ReferenceBudget } from './reference-budget.ts';
import { agree, answerOf, settingsOf, UNIT, type World } from './world.ts';

const WHO = { organizationId: ORGANIZATION, actor: 'operator' };
const REASON = 'a test run';
/** Longer than a process remembers a lending budget. */
const FORGOTTEN_MS = 2_001;

type CommandTo<Do extends Command['do']> = Extract<Command, { do: Do }>;
/** What operators do to budgets. */
type Operation = CommandTo<
  'limit' | 'form' | 'calendar' | 'roll over' | 'remove' | 'reset' | 'override' | 'end override'
>;

/** Applies one operation to the services and the model. @throws Difference */
export async function operate(world: World, process: Process, command: Operation): Promise<void> {
  const setting = settingAt(world, command.budget);
  switch (command.do) {
    case 'limit':
      return setBudget(world, process, setting, command.units);
    case 'form':
      return setBudget(world, process, { ...setting, form: command.form }, setting.units);
    case 'calendar': {
      const { timeZone, startsOn } = command;
      return setBudget(world, process, { ...setting, timeZone, startsOn }, setting.units);
    }
    case 'roll over':
      return setBudget(world, process, { ...setting, cap: command.cap }, setting.units);
    case 'remove':
      return remove(world, process, command);
    case 'reset':
      return reset(world, process, command);
    case 'override':
      return override(world, process, command);
    case 'end override':
      return endOverride(world, process, command);
  }
}

/** Sets a budget and lets processes forget its old state. */
export async function setBudget(
  world: World,
  { budgets }: Process,
  setting: Setting,
  units: number,
): Promise<void> {
  const { model, clock } = world;
  world.settings.set(setting.budget, { ...setting, units });
  const { target, body, rule } = settingsOf(world, setting, units);
  await budgets.put({ ...WHO, nowMs: clock.nowMs }, target, body);
  model.setLimit(rule, clock.nowMs);
  model.reading(new Set([`${rule.scope}/${rule.scopeId}`]), clock.nowMs, clock.nowMs);
  clock.nowMs += FORGOTTEN_MS;
}

async function remove(
  world: World,
  { budgets }: Process,
  { budget }: CommandTo<'remove'>,
): Promise<void> {
  const { model, clock } = world;
  const { target } = settingsOf(world, settingAt(world, budget), 0);
  model.reading(new Set([`${target.scope}/${target.scopeId}`]), clock.nowMs, clock.nowMs);
  const isThere = model.remove(target);
  const got = await answerOf(async () => {
    await budgets.remove({ ...WHO, nowMs: clock.nowMs }, target);
    return 'removed';
  });
  clock.nowMs += FORGOTTEN_MS;
  agree(world, 'remove', got, isThere ? 'removed' : 'not-found');
}

/** Gives a budget all of its limits again. */
async function reset(
  world: World,
  { adjustments }: Process,
  { budget }: CommandTo<'reset'>,
): Promise<void> {
  const { target, standing, nowMs } = budgetAt(world, budget);
  const got = await answerOf(async () => {
    await adjustments.reset({ ...WHO, nowMs }, target, REASON);
    return 'reset';
  });
  standing?.reset(nowMs);
  world.clock.nowMs += FORGOTTEN_MS;
  agree(world, 'reset', got, standing ? 'reset' : 'not-found');
}

/** Raises a limit for a time; a prepaid one may be raised for good. */
async function override(
  world: World,
  { adjustments }: Process,
  { budget, units, lastsMs }: CommandTo<'override'>,
): Promise<void> {
  const { target, standing, nowMs } = budgetAt(world, budget);
  const addNanoUsd = UNIT * BigInt(units);
  const untilMs = lastsMs === null ? undefined : nowMs + lastsMs;
  const isEndless = untilMs === undefined && target.period !== 'total';
  const got = await answerOf(async () => {
    const raise = { addNanoUsd, untilMs, reason: REASON };
    const { adjustmentId } = await adjustments.addOverride({ ...WHO, nowMs }, target, raise);
    world.overrides.push({ budget, id: adjustmentId });
    standing?.override(adjustmentId, addNanoUsd, { fromMs: nowMs, untilMs: untilMs ?? Infinity });
    return 'added';
  });
  world.clock.nowMs += FORGOTTEN_MS;
  agree(world, 'override', got, isEndless ? 'invalid-request' : standing ? 'added' : 'not-found');
}

/** Ends an override that may be over already. */
async function endOverride(
  world: World,
  { adjustments }: Process,
  command: CommandTo<'end override'>,
): Promise<void> {
  const { overrides } = world;
  const chosen = overrides[overrides.length - 1 - (command.nth % Math.max(1, overrides.length))];
  if (!chosen) return;
  const { target, standing, nowMs } = budgetAt(world, chosen.budget);
  const got = await answerOf(async () => {
    await adjustments.removeOverride({ ...WHO, nowMs }, target, chosen.id);
    return 'ended';
  });
  const isInForce = standing?.endOverride(chosen.id, nowMs) ?? false;
  world.clock.nowMs += FORGOTTEN_MS;
  agree(world, 'end override', got, isInForce ? 'ended' : 'not-found');
}

function budgetAt(world: World, budget: number) {
  const { target } = settingsOf(world, settingAt(world, budget), 0);
  const standing: ReferenceBudget | undefined = world.model.budget(target);
  return { target, standing, nowMs: world.clock.nowMs };
}

const settingAt = ({ settings }: World, budget: number): Setting =>
  settings.get(budget) ?? {
    budget,
    units: 10,
    timeZone: 'UTC',
    enforcement: 'enforce',
    onExpiry: 'presume',
    form: 'escrow',
  };
