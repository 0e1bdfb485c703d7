import type {
  DefaultBudget,
  DefaultsOwner,
  MemberDefaults,
} from '../../domain/members/member-defaults.ts';
import { createMemberDefaultsStore } from '../../tables/member-defaults.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { stored } from '../support/stored.ts';
import type { Process } from './process.ts';
import type { Random } from './random.ts';
import { DEPARTMENTS, TAG } from './spender.ts';
import { ORGANIZATION, TIME_ZONES, type World } from './world.ts';

/** Whose rules the members follow: those of the departments before those of the organization. */
const OWNERS: readonly [DefaultsOwner, ...DefaultsOwner[]] = [
  { scope: 'organization' as const, scopeId: ORGANIZATION },
  ...DEPARTMENTS.map((scopeId) => ({ scope: 'department' as const, scopeId })),
];
const UNIT_NANO_USD = 6_000_000n;

/** Lists the tag, and in half of the seeds sets what users and sessions get by default. */
export async function setRules(world: World, { db }: Process): Promise<void> {
  await stored(db, createReportSettingsStore(db).tagsReplacement(ORGANIZATION, [TAG]));
  if (world.random.chance(0.5)) return;
  for (const member of ['user', 'session'] as const) await setRule(world.random, db, member, 0);
}

/** Changes what members get by default, or takes it away. */
export async function changeDefaults(world: World): Promise<void> {
  const member = world.random.pick(['user', 'session'] as const);
  await world.ask(`defaults of a ${member}`, ({ db, now }) =>
    setRule(world.random, db, member, now()).catch(() => undefined),
  );
}

function setRule(
  random: Random,
  db: Process['db'],
  member: 'user' | 'session',
  updatedAtMs: number,
): Promise<unknown> {
  const owner = random.pick(OWNERS);
  const defaults = random.chance(0.15) ? {} : drawDefaults(random, member);
  const rules = createMemberDefaultsStore(db);
  const next = () => ({ defaults, updatedAtMs });
  return stored(db, rules.replacement(ORGANIZATION, { owner, member }, next));
}

function drawDefaults(random: Random, member: 'user' | 'session'): MemberDefaults {
  const budget: DefaultBudget = {
    limitNanoUsd: UNIT_NANO_USD * BigInt(random.int(1, 60)),
    timeZone: random.pick(TIME_ZONES),
    enforcement: random.chance(0.9) ? 'enforce' : 'warn',
  };
  if (member === 'user')
    return { budgets: { [random.pick(['daily', 'weekly'] as const)]: budget } };
  return { budgets: { total: budget }, idleSeconds: random.int(60, 300) };
}
