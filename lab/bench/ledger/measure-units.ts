import type { BudgetMode } from '../../../domain/ledger/budget.ts';
import { seededRandom } from '../../traces/seeded-random.ts';
import type { LedgerBed } from './ledger-bed.ts';
import { meanUsed, sumOfUsed, type Used } from './meter.ts';

/** Means per request. A request is a reservation plus its settlement. */
export type UnitFigures = {
  requests: number;
  users: number;
  all: Used;
  /** The first request of each user. */
  first: Used;
  /** The other requests. */
  later: Used;
  /** Later requests that touched no shared balance; in exact mode, all of them touch one. */
  warm: { share: number; reserve: Used; settle: Used };
};

type Sample = { isFirst: boolean; reserve: Used; settle: Used };

/** Reserves and settles for random users, a few at a time but never two for one user. */
export async function measureUnits(
  bed: LedgerBed,
  mode: BudgetMode,
  { users, requests, atATime }: { users: number; requests: number; atATime: number },
  onProgress: (done: number) => void,
): Promise<UnitFigures> {
  const organization = await bed.organization(mode, users);
  const seen = new Set<number>();
  const samples: Sample[] = [];
  let begun = 0;
  const work = async (worker: number): Promise<void> => {
    const random = seededRandom(worker);
    const own = organization.users.flatMap((_, user) => (user % atATime === worker ? [user] : []));
    while (begun < requests) {
      begun += 1;
      const user = own[Math.floor(random() * own.length)] ?? worker;
      const isFirst = !seen.has(user);
      seen.add(user);
      const reserve = await bed.meter.during(() => bed.reserve(organization, user));
      const { answer: entry } = reserve;
      if (!entry) throw new Error('a request was refused although there is plenty');
      const settle = await bed.meter.during(() => bed.settle(organization, entry));
      samples.push({ isFirst, reserve: reserve.used, settle: settle.used });
      onProgress(samples.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, (_, worker) => work(worker)));
  const later = samples.filter(({ isFirst }) => !isFirst);
  const isWarm = ({ reserve }: Sample): boolean => mode === 'exact' || reserve.transactions === 0;
  const warm = later.filter(isWarm);
  return {
    requests,
    users: seen.size,
    all: meanOf(samples),
    first: meanOf(samples.filter(({ isFirst }) => isFirst)),
    later: meanOf(later),
    warm: {
      share: warm.length / later.length,
      reserve: meanUsed(warm.map(({ reserve }) => reserve)),
      settle: meanUsed(warm.map(({ settle }) => settle)),
    },
  };
}

const meanOf = (samples: Sample[]): Used =>
  meanUsed(samples.map(({ reserve, settle }) => sumOfUsed([reserve, settle])));
