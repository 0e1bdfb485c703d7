import { describe, expect, it } from 'vitest';
import { builtInCatalog } from '../../../../domain/catalog/built-in-models.ts';
import { costOf } from '../../../../domain/pricing/rate.ts';
import { wholeInputOf } from '../../../../domain/token-usage.ts';
import {
  plantedPlans,
  controlPlan,
  SIZES,
} from '../../../../lab/evaluation/advice/advice-trial.ts';
import {
  createOrganization,
  dayMs,
  type OrganizationPlan,
} from '../../../../lab/evaluation/advice/organization.ts';
import { publicRate } from '../../../../lab/evaluation/advice/own-bill.ts';
import { PLAIN_ROUTES, PLANTS } from '../../../../lab/evaluation/advice/plants.ts';
import { sumOf } from '../../../../lab/evaluation/advice/serving.ts';

const plan: OrganizationPlan = {
  name: 'tried',
  seed: 3,
  callsPerDay: 2_000,
  plants: PLANTS,
  plantedShare: 0.4,
  historyDays: 40,
  controls: PLANTS.flatMap(({ controls }) => controls),
  origin: 'change',
};

describe('a generated organization', () => {
  const organization = createOrganization(plan);
  const postings = organization.day(30).postings();

  it('is the same for the same seed, and another for another seed', () => {
    expect(createOrganization(plan).day(30).postings()).toEqual(postings);
    const other = createOrganization({ ...plan, seed: 4 })
      .day(30)
      .postings();
    expect(other.map(({ occurredAtMs }) => occurredAtMs)).not.toEqual(
      postings.map(({ occurredAtMs }) => occurredAtMs),
    );
  });

  it('bills in its postings what its routes cost, with ids of its own for each', () => {
    const bill = organization.routes.reduce(
      (sum, route) => sum + sumOf(organization.served(route, 30)),
      0n,
    );
    expect(postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n)).toBe(bill);
    expect(bill).toBeGreaterThan(0n);
    expect(new Set(postings.map(({ postingId }) => postingId)).size).toBe(postings.length);
  });

  it('bills every posting as the product would, though by its own arithmetic', () => {
    for (const { model, terms, usage, amountNanoUsd } of postings) {
      const rate = publicRate(model, terms?.tier ?? 'standard', dayMs(30));
      if (!rate) throw new Error(`${model} has no price`);
      expect(amountNanoUsd).toBe(wholeInputOf(usage) === 0 ? 0n : costOf(usage, rate));
    }
  });

  it('keeps to the day, in order of time', () => {
    const times = postings.map(({ occurredAtMs }) => occurredAtMs);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times[0]).toBeGreaterThanOrEqual(dayMs(30));
    expect(times.at(-1)).toBeLessThan(dayMs(31));
  });

  it('gives the plants the asked share of the calls', () => {
    const planted = new Set(
      PLANTS.flatMap(({ route, companions = [] }) => [route, ...companions]).map(
        ({ name }) => name,
      ),
    );
    // Calls, not attempts and loops, over the workdays of a week on which everything runs.
    const calls = [14, 15, 16, 17, 18].flatMap((day) =>
      createOrganization({ ...plan, origin: 'first-day' })
        .day(day)
        .postings()
        .filter(({ traits, entryId }) => traits?.attempt === undefined && !/-r\d$/.test(entryId)),
    );
    const share = calls.filter(({ system }) => planted.has(system)).length / calls.length;
    expect(share).toBeGreaterThan(0.37);
    expect(share).toBeLessThan(0.43);
  });

  it('wastes nothing before the day on which the waste begins', () => {
    for (const route of organization.routes.filter(({ plan: { wasteful } }) => wasteful)) {
      if (route.wasteDay === 0) continue;
      const saved = (day: number): bigint => {
        const { nowNanoUsd, thenNanoUsd } = organization.bills(route, [day], route.plan.meant);
        return nowNanoUsd - thenNanoUsd;
      };
      expect(saved(route.wasteDay - 1), route.plan.name).toBe(0n);
      const week = [0, 1, 2, 3, 4, 5, 6].map((day) => saved(route.wasteDay + day));
      expect(
        week.reduce((sum, day) => sum + day, 0n),
        route.plan.name,
      ).toBeGreaterThan(0n);
    }
  });

  it('stops a route that is to stop, and starts a new one', () => {
    const systemsOn = (of: ReturnType<typeof createOrganization>, day: number): Set<string> =>
      new Set(
        of
          .day(day)
          .postings()
          .map(({ system }) => system),
      );
    expect(systemsOn(organization, 34)).toContain('stopped-route');
    expect(systemsOn(organization, 35)).not.toContain('stopped-route');
    const fresh = createOrganization({ ...plan, origin: 'new-route' });
    expect(systemsOn(fresh, 25)).not.toContain('repeats');
    expect(systemsOn(fresh, 26)).toContain('repeats');
  });
});

describe('the organizations of a trial', () => {
  it('have each kind of waste in each size, and other seeds for building than for judging', () => {
    for (const size of SIZES) {
      const judged = plantedPlans(size, 'judged');
      const building = plantedPlans(size, 'building');
      const kinds = new Set(judged.flatMap(({ plants }) => plants.map(({ kind }) => kind)));
      expect(kinds).toEqual(new Set(PLANTS.map(({ kind }) => kind)));
      const seeds = new Set(judged.map(({ seed }) => seed));
      expect(seeds.size).toBe(judged.length);
      expect(building.some(({ seed }) => seeds.has(seed))).toBe(false);
    }
    expect(controlPlan('judged', 1).seed).not.toBe(controlPlan('building', 1).seed);
  });

  it('have names that tell routes apart', () => {
    const routes = [
      ...PLAIN_ROUTES,
      ...PLANTS.flatMap((plant) => [plant.route, ...(plant.companions ?? []), ...plant.controls]),
    ];
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
  });

  it('use models of the catalog only', () => {
    const models = PLANTS.flatMap(({ route: { meant, wasteful = meant } }) => [
      meant.model,
      wasteful.model,
    ]);
    for (const model of models) expect(builtInCatalog.get(model), model).toBeDefined();
  });
});
