import { describe, expect, it } from 'vitest';
import { createProtocols, type Wallet } from '../../../lab/hot-budget/designs.ts';
import { createEventQueue } from '../../../lab/hot-budget/event-queue.ts';
import { hotBudgetTable } from '../../../lab/hot-budget/hot-budget-report.ts';
import { defaultScenario, type Scenario } from '../../../lab/hot-budget/scenario.ts';
import { searchLanes } from '../../../lab/hot-budget/search-lanes.ts';
import { simulateBudget } from '../../../lab/hot-budget/simulate-budget.ts';
import { createStoreModel, type Outcome, STORE } from '../../../lab/hot-budget/store-model.ts';
import { seededRandom } from '../../../lab/traces/seeded-random.ts';
import { runScript } from '../../support/run-script.ts';

const figuresOf = (perSecond: number, scenario: Partial<Scenario>) =>
  simulateBudget({ ...defaultScenario(perSecond), requests: 2_000, ...scenario });

/** So rare that no two requests ever overlap. */
const UNCONTENDED = { requests: 60, users: undefined, sharedBudgets: 3 };

describe('the model of a hot budget', () => {
  it('gives the same figures for the same scenario, and others for another seed', () => {
    const run = (seed: number) => figuresOf(60, { design: 'exact', seed });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('lets one item collapse where wallets do not notice', () => {
    expect(figuresOf(200, { design: 'exact' }).withinTargetShare).toBeLessThan(0.5);
    expect(figuresOf(200, { design: 'escrow warm' }).withinTargetShare).toBeGreaterThan(0.99);
  });

  it('makes retries without end worse than giving up', () => {
    const run = (maxRetries: number | undefined) => figuresOf(80, { design: 'exact', maxRetries });
    expect(run(undefined).withinTargetShare).toBeLessThan(run(4).withinTargetShare - 0.1);
    expect(run(undefined).givenUpShare).toBe(0);
  });

  it('answers a cold period worse than a prewarmed one, and with more lanes better', () => {
    const run = (design: Scenario['design'], lanes: number) =>
      figuresOf(400, { design, lanes, users: 2_000 }).withinTargetShare;
    expect(run('escrow cold', 1)).toBeLessThan(run('escrow cold', 16) - 0.1);
    expect(run('escrow cold', 1)).toBeLessThan(run('escrow prewarmed', 1) - 0.1);
  });

  it.each([
    // Two transactions over the entry, the user's balance and three shared ones, two units each.
    ['exact', 2 * (2 + 3) * 2],
    // The entry, a transaction over the wallet and three homes, the wallet, the entry.
    ['escrow cold', 1 + (1 + 3) * 2 + 1 + 1],
    // Four plain writes.
    ['escrow prewarmed', 4],
  ] as const)('costs what the protocol says when nobody contends: %s', (design, units) => {
    const figures = figuresOf(0.001, { ...UNCONTENDED, design });
    expect(figures).toMatchObject({
      unitsPerRequest: units,
      retriesPerRequest: 0,
      conflictsPerRequest: 0,
      givenUpShare: 0,
    });
  });

  it.each([
    [1, 1 / 16],
    [0.5, 1 / 32],
  ])('borrows a chunk of 16 once in so many requests when %d of it is spent', (spent, share) => {
    const figures = figuresOf(1, {
      users: 1,
      meanSpentShare: spent,
      requests: 20_000,
      sharedBudgets: 1,
    });
    const extraUnits = 3;
    const borrowed = (figures.unitsPerRequest - 4 - figures.retriesPerRequest) / extraUnits;
    expect(borrowed / share).toBeGreaterThan(0.9);
    expect(borrowed / share).toBeLessThan(1.1);
  });

  it('keeps a wallet from holding more than it has', () => {
    const queue = createEventQueue();
    const random = seededRandom(1);
    const store = createStoreModel(queue, random, 2.5);
    const protocols = createProtocols({ ...defaultScenario(1), chunkRequests: 2 }, store, random);
    const wallet: Wallet = { item: store.newItem(), lane: 0, idle: 0 };
    const idle: number[] = [];
    for (let request = 0; request < 5; request += 1) {
      const { reserve } = protocols(wallet, { units: 0, retries: 0, conflicts: 0 });
      reserve[1]?.((outcome) => expect(outcome).toBe('done'));
      queue.runUntil(queue.nowMs() + 60_000);
      idle.push(wallet.idle);
    }
    expect(idle).toEqual([1, 0, 1, 0, 1]);
  });
});

describe('its store', () => {
  const tally = { units: 0, retries: 0, conflicts: 0 };

  it('cancels what touches a prepared item, until the transaction has ended', () => {
    const queue = createEventQueue();
    const store = createStoreModel(queue, seededRandom(1), 2.5);
    const [hot, other] = [store.newItem(), store.newItem()];
    const outcomes: string[] = [];
    const note = (name: string) => (outcome: Outcome) => outcomes.push(`${name} ${outcome}`);
    store.transact([hot, other], tally, { onAnswer: note('first') });
    store.transact([hot], tally, { onAnswer: note('second') });
    store.write(other, tally, { onAnswer: note('write') });
    queue.runUntil(10_000);
    store.write(hot, tally, { onAnswer: note('later write') });
    queue.runUntil(20_000);
    expect(outcomes.toSorted()).toEqual([
      'first done',
      'later write done',
      'second conflict',
      'write conflict',
    ]);
  });

  it('throttles an item above its write units per second', () => {
    const queue = createEventQueue();
    const store = createStoreModel(queue, seededRandom(1), 2.5);
    const item = store.newItem();
    let throttled = 0;
    const onAnswer = (outcome: Outcome): void => {
      throttled += outcome === 'throttled' ? 1 : 0;
    };
    const writes = STORE.itemUnitsPerSecond + 7;
    for (let write = 0; write < writes; write += 1) store.write(item, tally, { onAnswer });
    queue.runUntil(10_000);
    expect(throttled).toBe(7);
    store.write(item, tally, { onAnswer });
    queue.runUntil(20_000);
    expect(throttled).toBe(7);
  });
});

it('finds lanes by doubling, and judges those it is given', () => {
  const { found, judgedLanes } = searchLanes(400, {}, true, () => undefined, 2);
  expect(judgedLanes).toBe(2);
  expect(found.map(({ design }) => design)).toEqual([
    'escrow warm',
    'escrow prewarmed',
    'escrow cold',
  ]);
  expect(found[0]?.lanes).toBe(1);
  for (const { runs, judged, lanes } of found) {
    expect(judged.scenario.lanes).toBe(2);
    for (const { scenario, figures } of runs) {
      expect(figures.withinTargetShare >= 0.999).toBe(scenario.lanes === lanes);
    }
  }
});

describe('npm run model:hot-budget', () => {
  it('says within 80 columns that it is a model, and what the lanes it is given do', async () => {
    const options = '--rate 300 --lanes 1 --spent 1 --phase 20 --quick'.split(' ');
    const { code, stdout } = await runScript('model:hot-budget', options);
    expect(stdout).toContain('Nothing of it was measured on AWS');
    expect(stdout).toContain("The ledger's rule gives 1 lane for 300 requests/s");
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(code).toBe(1);
  });

  it.each([
    [['--lanes', '4'], '--lanes needs --rate'],
    [['--rate', 'many'], '--rate must be a whole number from 1 to 20000, not "many"'],
    [['fast'], '"fast" is not understood.'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runScript('model:hot-budget', args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('prints every group of rows under one header', () => {
    const run = { scenario: defaultScenario(10), figures: figuresOf(10, { requests: 100 }) };
    const lines = hotBudgetTable([
      { title: 'one', runs: [run] },
      { title: 'two', runs: [run, run] },
    ]).split('\n');
    expect(lines.filter((line) => line.includes('% in 50 ms'))).toHaveLength(1);
    expect(lines.indexOf('two') - lines.indexOf('one')).toBe(3);
    expect(lines.filter((line) => /^1 +10 /.test(line))).toHaveLength(3);
  });
});
