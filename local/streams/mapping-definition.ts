import type { LocalTemplate } from '../template/local-template.ts';

/** How an event source feeds a function. */
export type MappingDefinition = {
  logicalId: string;
  sourceArn: string;
  functionName: string;
  enabled: boolean;
  batchSize: number;
  batchingWindowMs: number;
  startsAtLatest: boolean;
  reportsItemFailures: boolean;
  bisectsOnError: boolean;
  /** Retries after the first attempt; `Infinity` if the template sets no limit. */
  maximumRetries: number;
  maximumAgeMs: number;
  onFailureArn: string | undefined;
  patterns: readonly Readonly<Record<string, unknown>>[];
};

type MappingProperties = {
  EventSourceArn?: string;
  FunctionName: string;
  Enabled?: boolean | string;
  BatchSize?: number | string;
  MaximumBatchingWindowInSeconds?: number | string;
  StartingPosition?: string;
  FunctionResponseTypes?: readonly string[];
  BisectBatchOnFunctionError?: boolean | string;
  MaximumRetryAttempts?: number | string;
  MaximumRecordAgeInSeconds?: number | string;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
  FilterCriteria?: { Filters?: readonly { Pattern?: string }[] };
};

/** Reads the event source mappings of a template. */
export function readMappings(template: LocalTemplate): MappingDefinition[] {
  return template
    .ofType<MappingProperties>('AWS::Lambda::EventSourceMapping')
    .map(({ logicalId, properties }) => {
      const sourceArn = properties.EventSourceArn ?? '';
      const filters = properties.FilterCriteria?.Filters ?? [];
      return {
        logicalId,
        sourceArn,
        functionName: properties.FunctionName,
        enabled: String(properties.Enabled ?? true) === 'true',
        batchSize: Number(properties.BatchSize ?? (sourceArn.includes(':sqs:') ? 10 : 100)),
        batchingWindowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
        startsAtLatest: properties.StartingPosition === 'LATEST',
        reportsItemFailures:
          properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
        bisectsOnError: String(properties.BisectBatchOnFunctionError) === 'true',
        maximumRetries: bounded(properties.MaximumRetryAttempts),
        maximumAgeMs: bounded(properties.MaximumRecordAgeInSeconds) * 1000,
        onFailureArn: properties.DestinationConfig?.OnFailure?.Destination,
        patterns: filters.map(
          ({ Pattern }) => JSON.parse(Pattern ?? '{}') as Readonly<Record<string, unknown>>,
        ),
      };
    });
}

/** AWS expresses "no limit" as absent or -1. */
function bounded(value: number | string | undefined): number {
  const number = Number(value ?? -1);
  return number < 0 ? Number.POSITIVE_INFINITY : number;
}
