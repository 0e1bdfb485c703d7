import type { MetricStore } from './metric-store.ts';
import { ownValue } from '../own-value.ts';

type EmbeddedLine = {
  _aws?: {
    Timestamp?: number;
    CloudWatchMetrics?: readonly {
      Namespace?: string;
      Dimensions?: readonly (readonly string[])[];
      Metrics?: readonly { Name: string }[];
    }[];
  };
  readonly [field: string]: unknown;
};

/** Adds metrics from log lines in CloudWatch's embedded metric format. Ignores other lines. */
export function addEmbeddedMetrics(store: MetricStore, lines: readonly string[]): void {
  for (const line of lines) {
    const document = parse(line);
    const header = document?.['_aws'];
    for (const { Namespace, Dimensions, Metrics } of header?.CloudWatchMetrics ?? []) {
      for (const names of Dimensions?.length ? Dimensions : [[]]) {
        const dimensions = Object.fromEntries(
          names.map((name) => [name, ownValue(document, name) as string]),
        );
        for (const { Name } of Metrics ?? []) {
          for (const value of [ownValue(document, Name)].flat()) {
            if (typeof value === 'number') {
              store.add(Namespace ?? '', Name, dimensions, value, Number(header?.Timestamp));
            }
          }
        }
      }
    }
  }
}

function parse(line: string): EmbeddedLine | undefined {
  try {
    return JSON.parse(line) as EmbeddedLine;
  } catch {
    return undefined;
  }
}
