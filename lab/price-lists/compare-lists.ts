import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';
import { grouped, textTable } from '../../bin/tools/text-table.ts';
import { formatUsd } from '../../domain/money.ts';
import type {
  PriceComparison,
  Reconciliation,
  SourceListing,
} from '../../domain/pricing/lists/reconcile-lists.ts';
import { readPriceFile } from './read-price-file.ts';

/**
 * Reads every list of a folder, one source per file.
 * @param only reads only models whose name contains this text
 * @throws CommandError if the folder holds no list, or one that cannot be read
 */
export async function readSources(
  folder: string,
  only: string,
  facts: Parameters<typeof readPriceFile>[1],
): Promise<SourceListing[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw new CommandError(`${folder} cannot be read: ${messageOf(error)}`);
  });
  const lists = files.filter((file) => /\.json(\.gz)?$/.test(file)).toSorted();
  if (lists.length === 0)
    throw new CommandError(`${folder} holds no price list (*.json, *.json.gz)`);
  return Promise.all(
    lists.map(async (file) => {
      const { listed } = await readPriceFile(join(folder, file), facts);
      const source = basename(file).replace(/\.json(\.gz)?$/, '');
      return { source, listed: listed.filter(({ model }) => model.includes(only)) };
    }),
  );
}

/** How far sources and cards agree, and where sources contradict each other. */
export function agreementReport({ agreements, comparisons }: Reconciliation): string {
  const disputes = comparisons.filter(
    ({ cardNanoUsd, votes, agreed }) =>
      cardNanoUsd !== undefined && agreed === undefined && votes.length > 1,
  );
  return [
    textTable([
      ['source', 'equal', 'differing', 'missing'],
      ...agreements.map(({ source, equal, differing, missing }) => [
        source,
        ...[equal, differing, missing].map(grouped),
      ]),
    ]),
    '',
    ...(disputes.length === 0 ? [] : ['Sources disagree (the cards stay):']),
    ...disputes.flatMap(disputeLines),
  ].join('\n');
}

function disputeLines({ model, place, field, cardNanoUsd = 0n, votes }: PriceComparison): string[] {
  const where = place === 'base' ? field : `${place} ${field}`;
  const prices = [{ source: 'card', nanoUsd: cardNanoUsd }, ...votes];
  return [
    `  ${model}  ${where}`,
    ...prices.map(
      ({ source, nanoUsd }) => `    ${formatUsd(nanoUsd).replace(/0{1,7}$/, '')}  ${source}`,
    ),
  ];
}

/** The sources behind the agreed prices of a model. */
export const sourcesOf = ({ comparisons }: Reconciliation, model: string): string[] => [
  ...new Set(
    comparisons.flatMap((item) => (item.model === model ? (item.agreed?.sources ?? []) : [])),
  ),
];
