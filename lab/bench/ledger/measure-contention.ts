import { isServiceError } from '../../../services/errors.ts';
import { BUDGET_MODES, type BudgetMode } from '../../../domain/ledger/budget.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { mapConcurrently } from '../../../services/map-concurrently.ts';
import type { LedgerBed, Organization } from './ledger-bed.ts';
import { meanUsed, type Used } from './meter.ts';

/** One mode under many clients. A request is a reservation plus its settlement. */
export type ContentionFigures = {
  perSecond: number;
  requests: number;
  /** Answered 503. */
  givenUp: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Means per request, including abandoned ones. */
  used: Used;
  retriesPerRequest: number;
};

export type ContentionResult = {
  clients: number;
  /** Every client's first request at once, all with empty wallets; contention injected. */
  cold: ContentionFigures;
  /** With filled wallets: on the plain store, and with injected contention. */
  asIs: Comparison;
  injected: Comparison;
  /** How long a transaction held its items under injected contention. */
  transactionMedianMs: number;
};

export type Comparison = Record<BudgetMode, ContentionFigures> & {
  /** Requests per second of escrow relative to exact, slice by slice. */
  ratios: number[];
};

type Slice = {
  latenciesMs: number[];
  used: Used[];
  givenUp: number;
  retries: number;
  tookMs: number;
};

/**
 * One organization whose clients are separate users that share three budgets. The two modes
 * alternate slice by slice, so that other load on the machine affects both.
 */
export async function measureContention(
  bed: LedgerBed,
  { clients, slices, sliceMs }: { clients: number; slices: number; sliceMs: number },
  onSlice: () => void,
): Promise<ContentionResult> {
  const organizations = {
    exact: await bed.organization('exact', clients),
    escrow: await bed.organization('escrow', clients),
  };
  bed.setContended(true);
  const cold = await runSlice(bed, organizations.escrow, 0);
  bed.setContended(false);
  for (const mode of BUDGET_MODES) {
    await mapConcurrently([...organizations[mode].users.keys()], 8, (user) =>
      isServed(bed, organizations[mode], user),
    );
  }
  const asIs: Slices = { exact: [], escrow: [] };
  const injected: Slices = { exact: [], escrow: [] };
  for (let slice = 0; slice < slices; slice += 1) {
    for (const kind of [asIs, injected]) {
      for (const mode of BUDGET_MODES) {
        bed.setContended(kind === injected);
        kind[mode].push(await runSlice(bed, organizations[mode], sliceMs));
        onSlice();
      }
    }
  }
  bed.setContended(false);
  const [transactionMedianMs = 0] = quantiles(bed.transactionsMs, [0.5]);
  return {
    clients,
    cold: figuresOf([cold]),
    asIs: compared(asIs),
    injected: compared(injected),
    transactionMedianMs,
  };
}

type Slices = Record<BudgetMode, Slice[]>;

const compared = ({ exact, escrow }: Slices): Comparison => ({
  exact: figuresOf(exact),
  escrow: figuresOf(escrow),
  ratios: escrow.map(
    (slice, position) => rateOf([slice]) / rateOf(exact.slice(position, position + 1)),
  ),
});

/** Every client makes requests one after another, at least one, until time runs out. */
async function runSlice(bed: LedgerBed, organization: Organization, ms: number): Promise<Slice> {
  const slice: Slice = { latenciesMs: [], used: [], givenUp: 0, retries: 0, tookMs: 0 };
  const retriesBefore = bed.counts.retries;
  const startedMs = performance.now();
  await Promise.all(
    organization.users.map(async (_, user) => {
      do {
        const calledMs = performance.now();
        const { answer, used } = await bed.meter.during(() => isServed(bed, organization, user));
        slice.used.push(used);
        if (answer) slice.latenciesMs.push(performance.now() - calledMs);
        else slice.givenUp += 1;
      } while (performance.now() - startedMs < ms);
    }),
  );
  slice.tookMs = performance.now() - startedMs;
  slice.retries = bed.counts.retries - retriesBefore;
  return slice;
}

async function isServed(bed: LedgerBed, organization: Organization, user: number) {
  try {
    const entry = await bed.reserve(organization, user);
    if (!entry) throw new Error('a request was refused although there is plenty');
    await bed.settle(organization, entry);
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return false;
    if (isServiceError(error, 'unavailable')) return false;
    throw error;
  }
}

const rateOf = (slices: Slice[]): number => {
  const sum = (of: (slice: Slice) => number): number =>
    slices.reduce((total, slice) => total + of(slice), 0);
  return (1_000 * sum(({ latenciesMs }) => latenciesMs.length)) / sum(({ tookMs }) => tookMs);
};

function figuresOf(slices: Slice[]): ContentionFigures {
  const used = slices.flatMap((slice) => slice.used);
  const latenciesMs = slices.flatMap((slice) => slice.latenciesMs);
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = quantiles(latenciesMs, [0.5, 0.95, 0.99]);
  return {
    perSecond: rateOf(slices),
    requests: used.length,
    givenUp: slices.reduce((sum, slice) => sum + slice.givenUp, 0),
    p50Ms,
    p95Ms,
    p99Ms,
    used: meanUsed(used),
    retriesPerRequest: slices.reduce((sum, slice) => sum + slice.retries, 0) / used.length,
  };
}
