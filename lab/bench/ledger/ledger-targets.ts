import { quantiles } from '../../../domain/series/quantile.ts';
import { REQUEST_NANO_USD } from './ledger-bed.ts';
import type { LedgerBenchResult } from './measure-ledger.ts';
import type { Used } from './meter.ts';

export type Target = { what: string; figure: number; target: string; isMet: boolean };

/** What AWS would charge for, including refused writes. */
export const chargedUnits = ({ writeUnits, refusedUnits }: Used): number =>
  writeUnits + refusedUnits;

/** The ledger's targets, and whether this run met them. */
export function targetsOf(result: LedgerBenchResult): Target[] {
  const { exact, escrow } = result.units;
  const { freeNanoUsd, grantedAfterRejection } = result.exhaustion;
  const warm = chargedUnits(escrow.warm.reserve) + chargedUnits(escrow.warm.settle);
  return [
    equal('write units per request, exact', chargedUnits(exact.all), 20),
    atMost(
      'write units per request, escrow, first touches included',
      chargedUnits(escrow.all),
      5.5,
    ),
    // A wallet with many open requests occasionally exceeds 1 KB.
    atMost('write units per request, escrow, nothing borrowed', warm, 4.1),
    ...result.contention.flatMap(({ clients, injected }) => [
      atMost(
        `conflicts per request, escrow, ${clients} clients (injected)`,
        injected.escrow.used.conflicts,
        0.05,
      ),
      above(
        `requests/s of escrow over exact, ${clients} clients (injected)`,
        median(injected.ratios),
        1,
      ),
    ]),
    equal('write units of a denied request, exact', chargedUnits(result.denials.exact.dry), 0),
    equal('write units of a denied request, escrow', chargedUnits(result.denials.escrow.dry), 0),
    below('requests that the used up budget could still hold', inRequests(freeNanoUsd), 1),
    equal('requests granted after one was rejected', grantedAfterRejection, 0),
  ];
}

/** How many requests an amount covers. */
export const inRequests = (amountNanoUsd: bigint): number =>
  Number(amountNanoUsd) / Number(REQUEST_NANO_USD);

export const median = (values: number[]): number => quantiles(values, [0.5])[0] ?? Number.NaN;

const equal = (what: string, figure: number, bound: number): Target => ({
  what,
  figure,
  target: String(bound),
  isMet: Math.abs(figure - bound) < 1e-9,
});
const atMost = (what: string, figure: number, bound: number): Target => ({
  what,
  figure,
  target: `≤ ${bound}`,
  isMet: figure <= bound,
});
const below = (what: string, figure: number, bound: number): Target => ({
  what,
  figure,
  target: `< ${bound}`,
  isMet: figure < bound,
});
const above = (what: string, figure: number, bound: number): Target => ({
  what,
  figure,
  target: `> ${bound}`,
  isMet: figure > bound,
});
