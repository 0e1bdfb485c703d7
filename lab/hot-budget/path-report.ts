import { grouped, textTable } from '../../bin/tools/text-table.ts';
import { DECISION_PATH, type PathKey } from './decision-path.ts';
import { type Heat, type Load, PARTITION, perPartition, verdictOn } from './heat.ts';

/** Every key on the path of a decision, with its units per partition and second. */
export function pathText(load: Load): string {
  const rows = DECISION_PATH.map(({ why, heat, before = heat }) => [
    why,
    ...cellsOf(before(load)),
    ...cellsOf(heat(load)),
  ]);
  const [header = '', ...lines] = textTable([
    ['', 'reads', 'writes', '', 'reads', 'writes', ''],
    ...rows,
  ]).split('\n');
  const { requestsPerSecond, users, processes, routes, batchesPerSecond } = load;
  return [
    `${grouped(requestsPerSecond)} requests/s of one organization, each reserved and settled through wallets;
${grouped(users)} users, ${grouped(processes)} processes, ${routes} routes, ${batchesPerSecond} batches/s of each stream.
Units per partition and second: left without the rules, right with them. A partition takes
${grouped(PARTITION.readUnits)} reads and ${grouped(PARTITION.writeUnits)} writes.`,
    '',
    header,
    ...DECISION_PATH.flatMap((key, at) => [lines[at] ?? '', `  ${placeOf(key)}`]),
    '',
    `"Once split": the items last, so DynamoDB splits the partition between them.
That takes minutes, in which followers retry and fall behind.`,
  ].join('\n');
}

/** A key's table, partition and sort key. */
export const placeOf = ({ table, partition, sort }: PathKey): string =>
  [table, partition, ...(sort === undefined ? [] : [sort])].join(' ');

function cellsOf(heat: Heat): [string, string, string] {
  const { reads, writes } = perPartition(heat);
  return [rate(reads), rate(writes), verdictOn(heat)];
}

const rate = (units: number): string =>
  units === 0 ? '–' : units < 1 ? units.toFixed(1) : grouped(units);

/** Whether DynamoDB takes every key of the path at this load. */
export const isHeld = (load: Load): boolean =>
  DECISION_PATH.every(({ heat }) => verdictOn(heat(load)) !== 'too hot');
