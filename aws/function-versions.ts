import {
  DeleteFunctionCommand,
  LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import { requestLimits } from './request-limits.ts';

/**
 * Deletes the oldest versions of a function that no alias uses, and keeps the latest ones for a
 * rollback. Returns how many were deleted.
 */
export async function pruneVersions(
  functionName: string,
  { region, kept }: { region: string; kept: number },
): Promise<number> {
  const client = new LambdaClient({
    region,
    maxAttempts: 5,
    requestHandler: requestLimits(10_000),
  });
  const used = new Set<string>();
  for await (const { Aliases = [] } of paginateListAliases(
    { client },
    { FunctionName: functionName },
  )) {
    for (const { FunctionVersion = '', RoutingConfig } of Aliases) {
      used.add(FunctionVersion);
      for (const version of Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {})) {
        used.add(version);
      }
    }
  }
  const numbers: number[] = [];
  const pages = paginateListVersionsByFunction({ client }, { FunctionName: functionName });
  for await (const { Versions = [] } of pages) {
    numbers.push(...Versions.map(({ Version }) => Number(Version)).filter(Number.isInteger));
  }
  const old = numbers
    .toSorted((left, right) => right - left)
    .slice(kept)
    .filter((version) => !used.has(String(version)));
  for (const version of old) {
    await client.send(
      new DeleteFunctionCommand({ FunctionName: functionName, Qualifier: String(version) }),
    );
  }
  return old.length;
}
