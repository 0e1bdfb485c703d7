import { atLeast, atMost, type Baseline, type Target } from './figures/finding.ts';
import type { Missing } from './evaluation-part.ts';
import { datasetOf } from './data-folder.ts';
import { ownValue } from '../../domain/own-value.ts';

type Published = {
  /** Matches the names of data sets of this kind, for any year. */
  name: RegExp;
  /** An example file name. */
  file: string;
  targets: Partial<Record<string, Target>>;
  /** The best simple model published for the first data set of this kind. */
  quoted: Partial<Record<string, number>>;
};

/** Targets by kind of trace, with the best simple baselines known when they were set. */
const PUBLISHED: readonly Published[] = [
  {
    name: /azure.*conv/,
    file: 'requests_azure2023_conv.csv.gz',
    targets: { in10: atLeast(73), WAPE: atMost(8.8) },
    quoted: { in10: 71.1, MdAPE: 4.9, WAPE: 9.0 },
  },
  {
    name: /azure.*code/,
    file: 'requests_azure2023_code.csv.gz',
    targets: { in10: atLeast(82) },
    quoted: { in10: 80.6, MdAPE: 2.1 },
  },
  {
    name: /aider/,
    file: 'requests_aider.csv.gz',
    targets: { in10: atLeast(58) },
    quoted: { in10: 55.2, MdAPE: 8.5 },
  },
  {
    name: /llmjudge/,
    file: 'requests_llmjudge.csv.gz',
    targets: { in10: atLeast(90) },
    quoted: { in10: 88.2 },
  },
  {
    name: /mooncake/,
    file: 'mooncake_conversation.jsonl.gz',
    targets: { in10: atLeast(59), WAPE: atMost(6.8) },
    quoted: { in10: 56.7, WAPE: 7.0 },
  },
];

const publishedOf = (dataset: string): Published | undefined =>
  PUBLISHED.find(({ name }) => name.test(dataset));

/** The target of a trace's metric, if there is one. */
export const targetOf = (dataset: string, metric: string): Target | undefined =>
  ownValue(publishedOf(dataset)?.targets, metric);

/** The published figure of a trace's metric, quoted next to the measured ones. */
export function quotedOf(dataset: string, metric: string): Baseline[] {
  const value = ownValue(publishedOf(dataset)?.quoted, metric);
  return value === undefined ? [] : [{ name: 'quoted', value, quoted: true }];
}

/** Reports which known traces a folder lacks. */
export const missingTraces = (id: string, datasets: readonly string[]): Missing[] =>
  PUBLISHED.filter(({ name }) => !datasets.some((dataset) => name.test(dataset))).map(
    ({ file }) => ({ dataset: datasetOf(file), text: `${id}: no file such as ${file}` }),
  );
