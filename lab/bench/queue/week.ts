/** What happens in an hour of the simulated week. */
export type HourPlan = {
  /** Calls that somebody waits for. */
  interactive: Work[];
  /** Calls that may wait. */
  deferred: Work[];
};

export type Work = {
  userId: string;
  departmentId: string;
  severity: 'high' | 'medium' | 'low';
  /** Whether it may wait for a batch, because waiting costs nothing. */
  mayBatch: boolean;
};

export const HOURS_PER_DAY = 24;
/** The night job of one user. */
export const NIGHT_BATCH = 120;
/** So much submits one user at once on the second day. */
export const BULK = 80;
export const BULK_USER = 'bulk';

const USERS = [
  ['ann', 'research'],
  ['bob', 'research'],
  ['cid', 'research'],
  ['dee', 'sales'],
  ['eli', 'sales'],
] as const;

/** A seeded generator: linear congruence with the constants of Numerical Recipes. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * What an hour brings: on workdays from 9 to 18 o'clock as many calls that may wait as calls that
 * may not, every night a job of many calls, and once somebody who submits a heap at one time.
 * @param hour from the beginning of a Monday
 */
export function planOf(hour: number, random: () => number): HourPlan {
  const day = Math.floor(hour / HOURS_PER_DAY);
  const ofDay = hour % HOURS_PER_DAY;
  const isWork = day % 7 < 5 && ofDay >= 9 && ofDay < 18;
  const works = (count: number): Work[] => Array.from({ length: count }, () => workOf(random));
  const deferred = isWork ? works(10) : [];
  if (ofDay === 20) deferred.push(...Array.from({ length: NIGHT_BATCH }, () => NIGHT_WORK));
  if (hour === HOURS_PER_DAY + 9) deferred.push(...Array.from({ length: BULK }, () => BULK_WORK));
  return { interactive: isWork ? works(10) : [], deferred };
}

const NIGHT_WORK: Work = {
  userId: 'night',
  departmentId: 'research',
  severity: 'low',
  mayBatch: true,
};
const BULK_WORK: Work = {
  userId: BULK_USER,
  departmentId: 'sales',
  severity: 'medium',
  mayBatch: false,
};

function workOf(random: () => number): Work {
  const [userId, departmentId] = USERS[Math.floor(random() * USERS.length)] ?? USERS[0];
  const draw = random();
  const severity = draw < 0.1 ? 'high' : draw < 0.7 ? 'medium' : 'low';
  return { userId, departmentId, severity, mayBatch: false };
}
