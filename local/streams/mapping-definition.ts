import type { LocalTemplate } from '../template/local-template.ts';

/** How an event source feeds a function. */
export interface MappingDefinition {
  readonly logicalId: string;
  readonly sourceArn: string;
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly startsAtLatest: boolean;
  readonly reportsItemFailures: boolean;
  readonly bisectsOnError: boolean;
  /** Retries after the first attempt; `Infinity` if the template sets no limit. */
  readonly maximumRetries: number;
  readonly maximumAgeMs: number;
  readonly onFailureArn: string | undefined;
  readonly patterns: readonly Readonly<Record<string, unknown>>[];
}

interface MappingProperties {
  readonly EventSourceArn?: string;
  readonly FunctionName: string;
  readonly Enabled?: boolean | string;
  readonly BatchSize?: number | string;
  readonly MaximumBatchingWindowInSeconds?: number | string;
  readonly StartingPosition?: string;
  readonly FunctionResponseTypes?: readonly string[];
  readonly BisectBatchOnFunctionError?: boolean | string;
  readonly MaximumRetryAttempts?: number | string;
  readonly MaximumRecordAgeInSeconds?: number | string;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern?: string }[] };
}

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
