import {
  breaksOf,
  MISSING,
  negativeLeases,
  textOfViolation,
  type Violation,
} from '../../domain/ledger/conservation.ts';
import {
  addSums,
  createBalanceSums,
  noSums,
  periodKeyOf,
} from '../../domain/ledger/conservation-sums.ts';
import { balanceId } from '../../domain/ledger/settled-sums.ts';
import { isInWallet, walletRefOf } from '../../domain/ledger/wallet.ts';
import { parseNamedBalance } from '../../tables/ledger/budget-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import {
  PROOF_BUCKETS,
  type ProofRow,
  type ProofState,
  type ProofStore,
} from '../../tables/ledger/proof-parts.ts';
import { parseScannedWallet } from '../../tables/ledger/wallet-items.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { damageOf } from './read-changes.ts';

export type ProveDeps = {
  ledger: Pick<LedgerStore, 'scan'>;
  wallets: Pick<WalletStore, 'get'>;
  proof: ProofStore;
  now: () => number;
};

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const SCANS = 3;
/** A part stays far below the memory of a function. */
const BALANCES_PER_PART = 100_000;
/** The state is one item. */
const MOST_FAULTS = 500;

/**
 * Goes on with the proof of the whole ledger until a time, and begins one when the last is a week
 * old or found something. Proves what `checkLedger` proves, in as many runs as it takes: each run
 * scans a part of the table and stores what the part says about each balance, and when all is
 * scanned, the parts are added up. A fault is reported only if each of three scans shows it.
 * @param from date of the first period to check (`createConservationCheck`)
 * @returns what a proof that ended in this run has found; `undefined` if none did
 */
export async function proveLedger(
  deps: ProveDeps,
  from: string,
  untilMs: number,
): Promise<Violation[] | undefined> {
  const stored = await deps.proof.read();
  let version = stored?.version ?? 0;
  let state = stored && !isDue(stored.state, deps.now()) ? stored.state : newProof(deps.now());
  if (state.isDone) return undefined;
  do {
    state = state.isScanned
      ? await judgeParts(deps, state)
      : await scanPart(deps, state, from, untilMs);
    if (!(await deps.proof.save(state, version))) return undefined;
    version += 1;
  } while (!state.isDone && deps.now() < untilMs);
  return state.isDone ? state.violations : undefined;
}

const isDue = ({ isDone, beganAtMs, violations }: ProofState, nowMs: number): boolean =>
  isDone && (violations.length > 0 || nowMs - beganAtMs >= WEEK_MS);

const scanFrom = (scans: number, beganAtMs: number, violations: Violation[]): ProofState => ({
  beganAtMs,
  scans,
  startKey: undefined,
  isScanned: false,
  isDone: false,
  parts: [],
  faults: [],
  violations,
});

const newProof = (nowMs: number): ProofState => scanFrom(0, nowMs, []);

/** Scans at least one page, and stores what the pages say about each balance. */
async function scanPart(
  deps: ProveDeps,
  state: ProofState,
  from: string,
  untilMs: number,
): Promise<ProofState> {
  const sums = createBalanceSums(from);
  const rows = new Map<string, ProofRow>();
  const faults: Violation[] = [];
  let { startKey } = state;
  do {
    const page = await deps.ledger.scan(startKey);
    for (const item of page.items) {
      try {
        await addItem(deps, item, from, { sums, rows, faults });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'DamagedItemError') throw error;
        faults.push(damageOf(item, error));
      }
    }
    startKey = page.nextKey;
  } while (startKey && rows.size < BALANCES_PER_PART && deps.now() < untilMs);
  for (const { organizationId, name, sums: said } of sums.all()) {
    const row = rows.get(balanceId(organizationId, name));
    rows.set(balanceId(organizationId, name), { ...row, organizationId, name, sums: said });
  }
  const part = `${state.beganAtMs}-${state.scans}-${state.parts.length}-${deps.now()}`;
  await deps.proof.putPart(part, [...rows.values()], deps.now());
  return {
    ...state,
    startKey,
    isScanned: startKey === undefined,
    parts: [...state.parts, part],
    faults: [...state.faults, ...faults].slice(0, MOST_FAULTS),
  };
}

type Part = {
  sums: ReturnType<typeof createBalanceSums>;
  rows: Map<string, ProofRow>;
  faults: Violation[];
};

async function addItem(
  { wallets }: ProveDeps,
  item: Item,
  from: string,
  { sums, rows, faults }: Part,
): Promise<void> {
  if (isEntry(item)) {
    const entry = parseEntry(item);
    if (!isInWallet(entry)) return sums.addEntry(entry);
    const wallet = await wallets.get(entry.organizationId, walletRefOf(entry));
    const record = wallet.records.get(entry.entryId);
    if (record) sums.addEntry(entry, record);
    return;
  }
  const scanned = parseScannedWallet(item);
  if (scanned) {
    sums.addWallet(scanned.organizationId, scanned.wallet);
    faults.push(...negativeLeases(scanned, from));
  }
  const named = parseNamedBalance(item);
  if (named && periodKeyOf(named.name) >= from) {
    rows.set(balanceId(named.organizationId, named.name), { ...named, sums: noSums() });
  }
}

/** Adds the parts of a finished scan up and applies the laws to each balance. */
async function judgeParts({ proof }: ProveDeps, state: ProofState): Promise<ProofState> {
  const faults = [...state.faults];
  for (let bucket = 0; bucket < PROOF_BUCKETS; bucket += 1) {
    const merged = new Map<string, ProofRow>();
    for (const part of state.parts) {
      for (const row of await proof.listRows(part, bucket)) {
        const id = balanceId(row.organizationId, row.name);
        const before = merged.get(id);
        if (before) addSums(row.sums, before.sums);
        merged.set(id, { ...before, ...row });
      }
    }
    for (const { organizationId, name, sums, balance } of merged.values()) {
      const messages = balance ? breaksOf(balance, sums) : [MISSING];
      faults.push(...messages.map((message) => ({ organizationId, balance: name, message })));
    }
  }
  const before = new Set(state.violations.map(textOfViolation));
  const isFirst = state.scans === 0;
  const standing = faults.filter((each) => isFirst || before.has(textOfViolation(each)));
  const scans = state.scans + 1;
  const violations = standing.slice(0, MOST_FAULTS);
  if (violations.length > 0 && scans < SCANS) return scanFrom(scans, state.beganAtMs, violations);
  return { ...state, scans, isDone: true, parts: [], faults: [], violations };
}
