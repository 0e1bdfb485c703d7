import type { BudgetMode } from '../../domain/ledger/budget.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { Mutant } from '../simulation/mutants.ts';
import { conductRead } from '../../tables/ledger/conduct.ts';
import { rateCardRead } from '../../tables/rate-cards.ts';
import { createReadPlan } from '../../tables/read-plan.ts';
import { ORGANIZATION } from '../simulation/world.ts';
import { callOf } from '../support/call.ts';
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
import { type Client, createSmallWorld, type SmallWorld } from './small-world.ts';
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
export async function runSchedule(exploration: Exploration, choose: Chooser): Promise<Outcome> {
  const { scenario, mutant } = exploration;
  const world = createSmallWorld(scenario.atMs - SETUP_MS, mutant, exploration.isChanging);
  const clients = await startClients(world, exploration);
  const trail: string[] = [];
  const end = await takeSteps(world, clients, { choose, trail, faults: exploration.faults });
  if (end.kind === 'finished') {
    const dead = clients.all.filter(({ caller }) => !caller.isAlive).length;
    if (clients.running() > dead) throw new Error('a client waits for nothing');
    const count = clients.proceeded.filter(Boolean).length;
    if (end.faultsLeft === exploration.faults && count < scenario.proceed) {
      world.auditor.breaks('a request that fits proceeds', `${count} of ${scenario.proceed}`);
    }
    await world.endCalmly();
  }
  return {
    violation: world.auditor.violations[0],
    isWhole: end.kind !== 'abandoned',
    trail,
    written: world.written(),
    ending: world.ending,
  };
}

type Clients = {
  all: Client[];
  /** Whether each finished client proceeded. */
  proceeded: boolean[];
  failures: unknown[];
  /** How many have not finished. */
  running: () => number;
};

/** Prepares the budgets and starts the clients, whose next calls then wait at the gate. */
async function startClients(
  world: SmallWorld,
  { scenario, mode, clients: count }: Exploration,
): Promise<Clients> {
  // A budget lends only if it is much larger than one request, so the rest is spent beforehand.
  const spentBefore = mode === 'escrow' && scenario.idleOf ? LENDS_FROM - scenario.room : 0;
  const limitFor: LimitFor = (requests) => settingsOf(mode, spentBefore + requests);
  const facts = await setUp(world, scenario, { mode, spentBefore, limitFor });
  const clients = scenario.clients.slice(0, count).map(({ skewMs, run }, index) => ({
    run,
    client: world.newClient(LETTERS[index] ?? '?', skewMs),
  }));
  for (const [index, { client }] of clients.entries()) {
    await warmUp(client, scenario.atMs, index % 2 === 0);
  }
  world.setClock(scenario.startMs ?? scenario.atMs);
  world.gate.isOpen = false;
  const proceeded: boolean[] = [];
  const failures: unknown[] = [];
  let running = clients.length;
  for (const { client, run } of clients) {
    run(client, facts, limitFor)
      .then((answer) => proceeded.push(answer === true))
      .catch((error: unknown) => failures.push(error))
      .finally(() => (running -= 1));
  }
  return {
    all: clients.map(({ client }) => client),
    proceeded,
    failures,
    running: () => running,
  };
}

type StepsEnd =
  { kind: 'finished'; faultsLeft: number } | { kind: 'law broken' } | { kind: 'abandoned' };

/** Takes the steps that the chooser chooses, until none is left or a law is broken. */
async function takeSteps(
  { gate, auditor }: SmallWorld,
  { failures }: Clients,
  { choose, trail, faults }: { choose: Chooser; trail: string[]; faults: number },
): Promise<StepsEnd> {
  let faultsLeft = faults;
  for (;;) {
    await everybodyWaits();
    if (failures.length > 0) throw failures[0];
    if (auditor.violations.length > 0) return { kind: 'law broken' };
    if (gate.steps.length === 0) return { kind: 'finished', faultsLeft };
    const choices = choicesOf(gate.steps, faultsLeft);
    const place = choose(choices);
    if (place === undefined) return { kind: 'abandoned' };
    const choice = choices[place];
    if (!choice) throw new Error(`${place} is not one of ${choices.length} choices`);
    trail.push(`${choice.id.padEnd(14)} ${choice.step.label}`);
    if (isFault(choice)) faultsLeft -= 1;
    gate.steps = gate.steps.filter((step) => step !== choice.step);
    choice.step.happen(choice.fate);
  }
}

type LimitFor = (requests: number) => ReturnType<typeof settingsOf>;

/** Sets the budgets of a scenario and spends what is to be spent beforehand. */
async function setUp(
  world: SmallWorld,
  scenario: Scenario,
  {
    mode,
    spentBefore,
    limitFor,
  }: { mode: Exploration['mode']; spentBefore: number; limitFor: LimitFor },
): Promise<string> {
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

const LETTERS = 'abcd';
const PRINCIPALS = USERS.map((userId) => ({
  organizationId: ORGANIZATION,
  ...requestOf(userId, ''),
}));

/**
 * Processes have usually seen the users, prices and models before.
 * @param remembers whether it has just read all of it, so that it decides from memory first
 */
async function warmUp(
  { process: { deps } }: Client,
  atMs: number,
  remembers: boolean,
): Promise<void> {
  await Promise.all([deps.predictors.current(ORGANIZATION), deps.catalogs.current(ORGANIZATION)]);
  const refs = PRINCIPALS.flatMap((principals) => scopesOf(principals));
  const scopes = new Map(refs.map((ref) => [`${ref.scope}/${ref.scopeId}`, ref]));
  // Belongs to the previous hour, which may be on the previous day.
  const plan = createReadPlan();
  if (remembers) {
    plan.add(conductRead(ORGANIZATION, callOf(ORGANIZATION, atMs).actor));
    for (const { model } of PRINCIPALS) plan.add(rateCardRead(ORGANIZATION, model));
  }
  await deps.standings.read(ORGANIZATION, [...scopes.values()], atMs - SETUP_MS, { plan });
}

/** Everything that the last step triggered has happened. */
const everybodyWaits = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
