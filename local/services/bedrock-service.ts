import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Bedrock } from '../bedrock/bedrock.ts';
import { readRules } from '../bedrock/rules.ts';
import { createEitherVersionServer } from '../http/either-version.ts';
import type { JobPlace } from '../bedrock/jobs/job-place.ts';
import type { LocalService, LocalWorld } from '../local-service.ts';

/** Amazon Bedrock's runtime, and its batch and training jobs. */
export type BedrockService = LocalService & {
  endpoint: string;
  bedrock: Bedrock;
};

type Options = {
  /** A JSON file with its first rules. */
  rulesFile?: string | undefined;
  /** Where batch and training jobs read and write. Without it there are none. */
  jobs?: JobPlace | undefined;
};

/** Starts the stand-in on a free port of 127.0.0.1. */
export async function openBedrock(
  { clock }: Pick<LocalWorld, 'clock'>,
  { rulesFile, jobs }: Options = {},
): Promise<BedrockService> {
  const rules = rulesFile === undefined ? {} : parseFile(rulesFile);
  const bedrock = new Bedrock(readRules(rules, rulesFile ?? 'the default'), clock.now, jobs);
  const { server, closeAllConnections } = createEitherVersionServer(
    (request, response) => void bedrock.serve(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bedrock,
    reads: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        closeAllConnections();
      }),
  };
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `Name a readable JSON file with Bedrock rules instead of ${path}: ${String(error)}`,
      {
        cause: error,
      },
    );
  }
}
