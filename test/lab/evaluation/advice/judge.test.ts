import { describe, expect, it } from 'vitest';
import type {
  AdvisedChange,
  AdvisedItem,
  Advisor,
} from '../../../../lab/evaluation/advice/advisor.ts';
import { judgeOrganization } from '../../../../lab/evaluation/advice/judge-organization.ts';
import {
  createOrganization,
  type Organization,
} from '../../../../lab/evaluation/advice/organization.ts';
import { PLANTS } from '../../../../lab/evaluation/advice/plants.ts';
import { savingPerMonth, truthOf } from '../../../../lab/evaluation/advice/truth.ts';

const organizationWith = (...kinds: string[]): Organization => {
  const plants = PLANTS.filter(({ kind }) => kinds.includes(kind));
  return createOrganization({
    name: 'judged',
    seed: 11,
    callsPerDay: 120 * kinds.length,
    plants,
    plantedShare: 0.6,
    historyDays: 24,
    controls: plants.flatMap(({ controls }) => controls),
    origin: 'change',
  });
};

const HAIKU = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA_PRO = 'amazon.nova-pro-v1:0';
const GLOBAL_SONNET = 'global.anthropic.claude-sonnet-5';

/** What ends each waste. */
const RIGHT = new Map<string, AdvisedChange>([
  ['dear-model', { kind: 'model', toModel: HAIKU }],
  ['dear-place', { kind: 'model', toModel: GLOBAL_SONNET }],
  ['agent-sessions', { kind: 'cache', plan: '5m' }],
  ['stable-prefix', { kind: 'cache', plan: '5m' }],
  ['unread-writes', { kind: 'cache', plan: 'off' }],
  ['long-writes', { kind: 'cache', plan: '5m' }],
  ['short-writes', { kind: 'cache', plan: '1h' }],
  ['deferred-batch', { kind: 'tier', tier: 'batch' }],
  ['deferred-flex', { kind: 'tier', tier: 'flex' }],
  ['mixed-tiers', { kind: 'tier', tier: 'flex' }],
  ['patient-priority', { kind: 'tier', tier: 'flex' }],
  ['nightly-job', { kind: 'tier', tier: 'batch' }],
  ['repeats', { kind: 'answer-repeats' }],
  ['prompt-step', { kind: 'shorten-prompts' }],
  ['failed-calls', { kind: 'end-failures' }],
  ['agent-loop', { kind: 'end-loops' }],
  ['lost-prefix', { kind: 'keep-cache' }],
  ['lost-session', { kind: 'keep-cache' }],
  ['lost-length', { kind: 'keep-cache' }],
  ['lost-place', { kind: 'keep-cache' }],
  ['lost-mark', { kind: 'cache', plan: '5m' }],
  ['lost-model', { kind: 'model', toModel: NOVA_PRO }],
  ['lost-pace', { kind: 'cache', plan: '1h' }],
]);

/** Knows the truth: an advisor that nothing can be held against. */
const knowing = (organization: Organization): Advisor => ({
  name: 'knowing',
  openItems: async (days) => {
    const day = days.length - 1;
    return organization.routes.flatMap((route): AdvisedItem[] => {
      const change = RIGHT.get(route.plan.name);
      if (!change || day < route.wasteDay) return [];
      const savingNanoUsdPerMonth = savingPerMonth(organization, route, route.plan.meant, day);
      return [{ system: route.plan.name, change, savingNanoUsdPerMonth, own: route }];
    });
  },
  realizedNanoUsd: async ({ system }, before, after) => {
    const route = organization.routes.find(({ plan }) => plan.name === system);
    if (!route) return undefined;
    // What the same days would have cost with nobody following, less what was paid.
    let saved = 0n;
    for (const [index, { postings }] of after.entries()) {
      const day = before.length + index;
      saved += organization.bills(route, [day], route.plan.meant).nowNanoUsd;
      for (const posting of postings()) {
        if (posting.system === system) saved -= posting.amountNanoUsd;
      }
    }
    return saved;
  },
});

describe('the judge of advice', () => {
  it('has nothing against an advisor that knows the truth', async () => {
    const organization = organizationWith(...RIGHT.keys());
    const { plants, falseItems, contradictions } = await judgeOrganization(
      organization,
      knowing(organization),
    );
    const wasteful = PLANTS.filter(({ expects }) => expects === 'saving').map(({ kind }) => kind);
    expect(plants.map(({ kind }) => kind).toSorted()).toEqual(wasteful.toSorted());
    for (const plant of plants) {
      expect(plant).toMatchObject({
        foundAfterDays: 1,
        statedOverTrue: 1,
        realized: { none: 0, half: 0, all: 0 },
      });
      expect(plant.billShare).toBeGreaterThan(0);
    }
    expect([...falseItems, ...contradictions]).toEqual([]);
  });

  it('finds nothing for an advisor that is silent', async () => {
    const organization = organizationWith('repeats', 'far-output');
    const silent: Advisor = {
      name: 'silent',
      openItems: async () => [],
      realizedNanoUsd: async () => 0n,
    };
    const { plants } = await judgeOrganization(organization, silent);
    expect(
      plants.map(({ foundAfterDays, statedOverTrue }) => [foundAfterDays, statedOverTrue]),
    ).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('holds false, contradictory and stale items against an advisor that shouts', async () => {
    const organization = organizationWith('agent-sessions', 'stopped-route');
    const item = (system: string, change: AdvisedChange): AdvisedItem => ({
      system,
      change,
      savingNanoUsdPerMonth: 1_000_000_000n,
      own: undefined,
    });
    const shouting: Advisor = {
      name: 'shouting',
      openItems: async () => [
        item('agent-sessions', { kind: 'cache', plan: '5m' }),
        item('agent-sessions', { kind: 'cache', plan: '1h' }),
        item('slow-agents', { kind: 'cache', plan: '5m' }),
        item('plain-chat', { kind: 'tier', tier: 'batch' }),
        item('stopped-route', { kind: 'cache', plan: 'off' }),
        { ...item('plain-tags', { kind: 'answer-repeats' }), isQuestion: true },
      ],
      // As if everything were saved by the advice, whoever follows it.
      realizedNanoUsd: async () => 10_000_000_000n,
    };
    const result = await judgeOrganization(organization, shouting);
    const systems = (items: typeof result.falseItems): string[] =>
      items.map(({ item: { system } }) => system);
    expect(systems(result.falseItems)).toEqual(['slow-agents', 'plain-chat']);
    expect(systems(result.contradictions)).toEqual(['agent-sessions']);
    expect(systems(result.staleItems)).toEqual(['stopped-route']);
    const [sessions] = result.plants;
    expect(sessions?.foundAfterDays).toBe(1);
    expect(sessions?.realized?.none).toBeGreaterThan(0.1);
  });
});

describe('the truth about an item', () => {
  const organization = organizationWith('dear-model', 'dear-place', 'deferred-batch');
  const day = 20;
  const truth = (system: string, change: AdvisedChange, stated = 1n, model?: string) => {
    const route = organization.routes.find(({ plan }) => plan.name === system);
    if (!route) throw new Error(`no ${system}`);
    return truthOf(organization, route, { change, model, savingNanoUsdPerMonth: stated }, day);
  };
  const to = (toModel: string): AdvisedChange => ({ kind: 'model', toModel });

  it('allows a model that is good enough, of the same provider and place', () => {
    expect(truth('dear-model', to(HAIKU)).isTrue).toBe(true);
    expect(truth('dear-model', to('anthropic.claude-haiku-4-5-20251001-v1:0')).isTrue).toBe(false);
    expect(truth('dear-model', to('openai.gpt-oss-120b-1:0')).isTrue).toBe(false);
    expect(truth('needed-model', to(HAIKU)).isTrue).toBe(false);
  });

  it('allows a cheaper place of the same model, a tenth below', () => {
    const { isTrue, savingNanoUsdPerMonth } = truth('dear-place', to(GLOBAL_SONNET));
    expect(isTrue).toBe(true);
    const route = organization.routes.find(({ plan }) => plan.name === 'dear-place');
    if (!route) throw new Error('no route');
    const { nowNanoUsd } = organization.bills(
      route,
      [14, 15, 16, 17, 18, 19, 20],
      route.plan.meant,
    );
    const share = Number(savingNanoUsdPerMonth) / (Number(nowNanoUsd) * (30 / 7));
    expect(share).toBeCloseTo(1 - 1 / 1.1, 4);
    expect(truth('same-everywhere', to('global.amazon.nova-pro-v1:0')).isTrue).toBe(false);
  });

  it('lets only work wait that can, and only in tiers with a price', () => {
    expect(truth('deferred-batch', { kind: 'tier', tier: 'batch' }).isTrue).toBe(true);
    expect(truth('deferred-batch', { kind: 'tier', tier: 'flex' }).isTrue).toBe(false);
    expect(truth('interactive-batch', { kind: 'tier', tier: 'batch' }).isTrue).toBe(false);
  });

  it('calls an item false that saves less than a tenth of what it states', () => {
    const change: AdvisedChange = { kind: 'tier', tier: 'batch' };
    const { savingNanoUsdPerMonth: saving } = truth('deferred-batch', change);
    expect(truth('deferred-batch', change, saving * 10n).isTrue).toBe(true);
    expect(truth('deferred-batch', change, saving * 10n + 1n).isTrue).toBe(false);
  });
});
