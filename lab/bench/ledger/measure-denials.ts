import type { BudgetMode } from '../../../domain/ledger/budget.ts';
import { timedCalls } from '../timed-calls.ts';
import type { LedgerBed } from './ledger-bed.ts';
import { meanUsed, type Used } from './meter.ts';

export type DenialFigures = {
  granted: number;
  /** The request that finds the budget used up. In escrow mode, it checks every wallet first. */
  first: Used;
  /** Means per later request. */
  dry: Used;
  deniedPerSecond: number;
};

/** Wallets with idle money when the budget runs dry. */
const USERS = 16;
const AT_A_TIME = 16;

/** Uses a budget up, then keeps asking. */
export async function measureDenials(
  bed: LedgerBed,
  mode: BudgetMode,
  { denials, room }: { denials: number; room: number },
  onProgress: () => void,
): Promise<DenialFigures> {
  const organization = await bed.organization(mode, USERS, BigInt(room));
  for (let user = 1; user < USERS; user += 1) await bed.reserve(organization, user);
  let granted = USERS - 1;
  const askFor = (user: number) => bed.meter.during(() => bed.reserve(organization, user));
  let asked = await askFor(0);
  while (asked.answer) {
    granted += 1;
    onProgress();
    asked = await askFor(0);
  }
  const dry: Used[] = [];
  const { perSecond } = await timedCalls(denials, AT_A_TIME, async (index) => {
    const { answer, used } = await askFor(index);
    if (answer) throw new Error('a request was granted from a budget that is used up');
    dry.push(used);
  });
  return { granted, first: asked.used, dry: meanUsed(dry), deniedPerSecond: perSecond };
}
