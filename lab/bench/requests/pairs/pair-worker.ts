import { createLocalTables } from '../../../../aws/local-tables.ts';
import { quantile } from '../../../../domain/series/quantile.ts';
import { TABLE_DEFINITIONS } from '../../../../tables/definitions.ts';
import type { DynamoDb } from '../../../../tables/dynamodb.ts';
import { createBareLedger } from '../bare-ledger.ts';
import type { PairsMeasured } from './measure-pairs.ts';
import { openPurserPairs, type Pair } from './purser-pairs.ts';

/*
 * Measures pairs of reserve and settle in a process of its own, so that its log lines go nowhere
 * and its CPU time is theirs alone: one pair of each kind in turn, one at a time.
 */

const [endpoint = '', tablePrefix = '', warmUp = '', pairs = ''] = process.argv.slice(2);
const stores = {
  purser: counted(await createLocalTables(endpoint, tablePrefix, Object.values(TABLE_DEFINITIONS))),
  bare: await createBareLedger(endpoint),
};
const { exact, escrow } = await openPurserPairs(stores.purser.db);
const kinds = {
  bare: recorded(async (index) => stores.bare.settle(index, await stores.bare.reserve(index))),
  exact: recorded(exact),
  escrow: recorded(escrow),
};
for (let index = 0; index < Number(warmUp); index += 1) await turn(index);
for (const kind of Object.values(kinds)) kind.forget();
for (let index = 0; index < Number(pairs); index += 1) await turn(index);
const { calls: _, ...bareTimes } = kinds.bare.figures();
const measured: PairsMeasured = {
  bare: bareTimes,
  exact: kinds.exact.figures(),
  escrow: kinds.escrow.figures(),
};
process.send?.(measured, () => process.exit(0));

async function turn(index: number): Promise<void> {
  for (const kind of Object.values(kinds)) await kind.run(index);
}

/** Records the time, CPU time and store calls of each pair. */
function recorded(pair: Pair) {
  let timesMs: number[] = [];
  let cpuUs = 0;
  let calls = 0;
  return {
    async run(index: number): Promise<void> {
      const before = {
        cpu: process.cpuUsage(),
        calls: stores.purser.calls(),
        ms: performance.now(),
      };
      await pair(index);
      timesMs.push(performance.now() - before.ms);
      const { user, system } = process.cpuUsage(before.cpu);
      cpuUs += user + system;
      calls += stores.purser.calls() - before.calls;
    },
    forget(): void {
      [timesMs, cpuUs, calls] = [[], 0, 0];
    },
    figures: () => ({
      p50Ms: quantile(
        timesMs.toSorted((first, second) => first - second),
        0.5,
      ),
      cpuUs: Math.round(cpuUs / timesMs.length),
      calls: calls / timesMs.length,
    }),
  };
}

/** Counts the calls of a store. */
function counted(db: DynamoDb) {
  let calls = 0;
  const store: DynamoDb = {
    get: (request) => ((calls += 1), db.get(request)),
    batchGet: (keys, options) => ((calls += 1), db.batchGet(keys, options)),
    query: (query) => ((calls += 1), db.query(query)),
    scan: (request) => ((calls += 1), db.scan(request)),
    write: (write) => ((calls += 1), db.write(write)),
    transact: (writes) => ((calls += 1), db.transact(writes)),
  };
  return { calls: () => calls, db: store };
}
