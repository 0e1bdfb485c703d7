import type { BudgetMode } from '../../domain/ledger/budget.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { Mutant } from '../simulation/mutants.ts';
import { ORGANIZATION } from '../simulation/world.ts';
import { putBudget } from './client-actions.ts';
import {
  chargeFor,
  lendTo,
  requestOf,
  type Scenario,
  settingsOf,
  SHARED,
  USERS,
} from './scenarios.ts';
import { type Client, createSmallWorld } from './small-world.ts';
import { type Choice, choicesOf, isFault } from './step.ts';

export type Exploration = {
  scenario: Scenario;
  mode: BudgetMode;
  clients: number;
  faults: number;
  mutant?: Mutant | undefined;
  /** Whether any schedule writes a key with this prefix. */
  isChanging: (start: string) => boolean;
};

export type Outcome = {
  /** The first law broken, and how. */
  violation: string | undefined;
  /** False if the chooser abandoned the schedule. */
  isWhole: boolean;
  /** What happened, in order. */
  trail: string[];
  /** Keys that clients have written. */
  written: ReadonlySet<string>;
  /** The ledger at the end. */
  ending: () => string;
};

/** Returns the index of the next choice, or nothing to abandon the schedule. */
export type Chooser = (choices: Choice[]) => number | undefined;

const SETUP_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A budget lends one request's money only if it has room for this many. */
const LENDS_FROM = 16;

/** Runs one scenario from start to finish, in the order that the chooser decides. */
export async function runSchedule(
  { scenario, mode, faults, mutant, ...exploration }: Exploration,
  choose: Chooser,
): Promise<Outcome> {
  const world = createSmallWorld(scenario.atMs - SETUP_MS, mutant, exploration.isChanging);
  const { auditor, gate } = world;
  // A budget lends only if it is much larger than one request, so the rest is spent beforehand.
  const spentBefore = mode === 'escrow' && scenario.idleOf ? LENDS_FROM - scenario.room : 0;
  const limitFor = (requests: number) => settingsOf(mode, spentBefore + requests);
  const facts = await setUp();
  const clients = scenario.clients.slice(0, exploration.clients).map(({ skewMs, run }, index) => ({
    run,
    client: world.newClient(LETTERS[index] ?? '?', skewMs),
  }));
  for (const { client } of clients) await warmUp(client, scenario.atMs);
  world.setClock(scenario.startMs ?? scenario.atMs);
  gate.isOpen = false;

  const proceeded: boolean[] = [];
  const failures: unknown[] = [];
  let left = clients.length;
  for (const { client, run } of clients) {
    run(client, facts, limitFor)
      .then((answer) => proceeded.push(answer === true))
      .catch((error: unknown) => failures.push(error))
      .finally(() => (left -= 1));
  }
  const trail: string[] = [];
  let faultsLeft = faults;
  const outcome = (isWhole: boolean): Outcome => ({
    violation: auditor.violations[0],
    isWhole,
    trail,
    written: world.written(),
    ending: world.ending,
  });
  for (;;) {
    await everybodyWaits();
    if (failures.length > 0) throw failures[0];
    if (auditor.violations.length > 0) return outcome(true);
    if (gate.steps.length === 0) break;
    const choices = choicesOf(gate.steps, faultsLeft);
    const place = choose(choices);
    if (place === undefined) return outcome(false);
    const choice = choices[place];
    if (!choice) throw new Error(`${place} is not one of ${choices.length} choices`);
    trail.push(`${choice.id.padEnd(14)} ${choice.step.label}`);
    if (isFault(choice)) faultsLeft -= 1;
    gate.steps = gate.steps.filter((step) => step !== choice.step);
    choice.step.happen(choice.fate);
  }
  const dead = clients.filter(({ client }) => !client.caller.isAlive).length;
  if (left > dead) throw new Error('a client waits for nothing');
  const count = proceeded.filter(Boolean).length;
  if (faultsLeft === faults && count < scenario.proceed) {
    auditor.breaks('a request that fits proceeds', `${count} of ${scenario.proceed}`);
  }
  await world.endCalmly();
  return outcome(true);

  async function setUp(): Promise<string> {
    const client = world.newClient('start');
    const { atMs, room, idleOf, own } = scenario;
    const budgets = [
      { target: SHARED, settings: limitFor(room) },
      ...(own ? [{ target: own.target, settings: settingsOf(mode, own.requests) }] : []),
    ];
    for (const { target, settings } of budgets) {
      const answer = await putBudget(client, target, settings);
      if (answer.kind !== 'value') throw new Error(`${scenario.name}: no budget`);
    }
    await client.process.deps.ledger.putSweptMinute(Math.floor(atMs / MINUTE_MS) - 1);
    world.setClock(atMs);
    if (spentBefore > 0 && idleOf !== undefined) {
      await lendTo(client, idleOf, atMs);
      await chargeFor(client, 'before', spentBefore, atMs);
    }
    return scenario.prepare(client);
  }
}

const LETTERS = 'abcd';
const PRINCIPALS = USERS.map((userId) => ({
  organizationId: ORGANIZATION,
  ...requestOf(userId, ''),
}));

/** Processes have usually seen the users, prices and models before. */
async function warmUp({ process: { deps } }: Client, atMs: number): Promise<void> {
  await Promise.all([deps.predictors.current(ORGANIZATION), deps.catalogs.current(ORGANIZATION)]);
  const refs = PRINCIPALS.flatMap((principals) => scopesOf(principals));
  const scopes = new Map(refs.map((ref) => [`${ref.scope}/${ref.scopeId}`, ref]));
  // Belongs to the previous hour, which may be on the previous day.
  await deps.standings.read(ORGANIZATION, [...scopes.values()], atMs - SETUP_MS);
}

/** Everything that the last step triggered has happened. */
const everybodyWaits = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
