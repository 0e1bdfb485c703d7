import type { BudgetMode } from '../../../domain/ledger/budget.ts';
import { openLedgerBed, type LedgerBed } from './ledger-bed.ts';
import { type ContentionResult, measureContention } from './measure-contention.ts';
import { type DenialFigures, measureDenials } from './measure-denials.ts';
import { type ExhaustionFigures, measureExhaustion } from './measure-exhaustion.ts';
import { measureUnits, type UnitFigures } from './measure-units.ts';

export type LedgerBenchResult = {
  units: Record<BudgetMode, UnitFigures>;
  contention: ContentionResult[];
  denials: Record<BudgetMode, DenialFigures>;
  exhaustion: ExhaustionFigures;
  /** Laws broken at the end of each part. */
  brokenLaws: string[];
};

export const FULL = {
  units: { users: 60, requests: 1_800, atATime: 10 },
  contention: [
    { clients: 64, slices: 4, sliceMs: 2_000 },
    { clients: 256, slices: 3, sliceMs: 3_000 },
  ],
  denials: { denials: 400, room: 200 },
  exhaustion: { users: 256, pairs: 512, room: 1_536 },
};
export const QUICK: typeof FULL = {
  units: { users: 8, requests: 112, atATime: 8 },
  contention: [{ clients: 16, slices: 3, sliceMs: 200 }],
  denials: { denials: 60, room: 40 },
  exhaustion: { users: 16, pairs: 32, room: 96 },
};

/** Measures one part after another, each on new tables, and checks the laws after each. */
export async function measureLedger(
  endpoint: string,
  sizes: typeof FULL,
  onProgress: (part: number, note: string) => void,
): Promise<LedgerBenchResult> {
  const brokenLaws: string[] = [];
  let part = -1;
  async function onBed<Figures>(
    what: string,
    measure: (bed: LedgerBed, note: (text: string) => void) => Promise<Figures>,
  ): Promise<Figures> {
    part += 1;
    const note = (text: string): void => onProgress(part, `${what} ${text}`.trim());
    note('');
    const bed = await openLedgerBed(endpoint);
    const figures = await measure(bed, note);
    note('conservation check');
    brokenLaws.push(...(await bed.brokenLaws()).map((law) => `${what}: ${law}`));
    return figures;
  }

  const units = await onBed('write units', async (bed, note) => {
    const figuresOf = (mode: BudgetMode): Promise<UnitFigures> =>
      measureUnits(bed, mode, sizes.units, (done) =>
        note(`${mode} ${done}/${sizes.units.requests}`),
      );
    return { exact: await figuresOf('exact'), escrow: await figuresOf('escrow') };
  });
  const contention: ContentionResult[] = [];
  for (const each of sizes.contention) {
    const figures = await onBed(`${each.clients} clients`, (bed, note) => {
      let slices = 0;
      return measureContention(bed, each, () => note(`slice ${(slices += 1)}/${4 * each.slices}`));
    });
    contention.push(figures);
  }
  const denials = await onBed('denials', async (bed, note) => {
    const figuresOf = (mode: BudgetMode): Promise<DenialFigures> =>
      measureDenials(bed, mode, sizes.denials, () => note(mode));
    return { exact: await figuresOf('exact'), escrow: await figuresOf('escrow') };
  });
  const exhaustion = await onBed('exhaustion', (bed, note) =>
    measureExhaustion(bed, sizes.exhaustion, note),
  );
  return { units, contention, denials, exhaustion, brokenLaws };
}

export const partsOf = ({ contention }: typeof FULL): number => 3 + contention.length;
