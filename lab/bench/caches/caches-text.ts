import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import { formatUsd } from '../../../domain/money.ts';
import type { BlockRow } from './measure-blocks.ts';
import type { CallRow } from './measure-calls.ts';
import type { StoreRow } from './measure-stores.ts';

export type CacheFigures = { blocks: BlockRow[]; stores: StoreRow[]; calls: CallRow[] };

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The figures in tables of at most 80 columns. */
export const cachesText = ({ blocks, stores, calls }: CacheFigures): string =>
  [...(blocks.length === 0 ? [] : [blocksText(blocks)]), storesText(stores), callsText(calls)].join(
    '\n\n',
  );

const blocksText = (rows: readonly BlockRow[]): string =>
  [
    'Blocks of 512 tokens of the trace that a cache in memory has, by its size:',
    textTable([
      ['blocks kept', 'found'],
      ...rows.map(({ blocks, hitShare }) => [grouped(blocks), percent(hitShare)]),
    ]),
  ].join('\n');

function storesText(rows: readonly StoreRow[]): string {
  const table = rows.find(({ units }) => units);
  const ratio = (ms: number, of = 1): string => `${(ms / of).toPrecision(2)}x`;
  const { read, write } = table?.units ?? {};
  return [
    'One answer, read and written in turns (medians, as parts of DynamoDB):',
    textTable([
      ['store', 'read', 'write'],
      ...rows.map(({ name, readMs, writeMs }) => [
        name,
        ratio(readMs, table?.readMs),
        ratio(writeMs, table?.writeMs),
      ]),
    ]),
    `DynamoDB bills ${read?.readUnits} read units for a read and ${write?.writeUnits} write units for a write.`,
  ].join('\n');
}

const callsText = (rows: readonly CallRow[]): string =>
  [
    `${grouped(rows[0]?.calls ?? 0)} calls of one operation through the gateway:`,
    textTable([
      ['cache', 'answered from it', 'cost (USD)', 'saved (USD)', 'median'],
      ...rows.map(({ name, hitShare, costNanoUsd, savedNanoUsd, p50Ms }) => [
        name,
        percent(hitShare),
        formatUsd(costNanoUsd),
        formatUsd(savedNanoUsd),
        `${p50Ms.toFixed(1)} ms`,
      ]),
    ]),
  ].join('\n');
