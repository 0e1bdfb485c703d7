import type { Schemas } from '../../client/api-types.ts';
import { createPurser, type PurserOptions } from '../../client/purser.ts';
import { PurserError } from '../../client/purser-error.ts';
import { CommandError } from '../../bin/tools/command-line.ts';

/** A model with a price, and `quality`: what its catalog says of its answers, 0 to 1. */
export type PricedModel = Pick<Schemas['Model'], 'model' | 'quality'>;

/** The names of all models with a price. @throws CommandError as `readModels` */
export const pricedModels = async (options: PurserOptions): Promise<string[]> =>
  (await readModels(options)).map(({ model }) => model);

/**
 * The models that the running API has prices for. Also verifies that the API runs and accepts the
 * key. @throws CommandError saying what to do
 */
export async function readModels(options: PurserOptions): Promise<PricedModel[]> {
  const purser = createPurser({ ...options, retries: 0 });
  const models: PricedModel[] = [];
  let cursor: string | undefined;
  do {
    const page = await purser
      .call('listModels', { query: { cursor } })
      .catch((error: unknown) => Promise.reject(reasonOf(error, options.url)));
    if (!Array.isArray(page.items)) throw new CommandError(`${options.url} is not Purser's API`);
    models.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return models;
}

function reasonOf(error: unknown, url: string): unknown {
  if (!(error instanceof PurserError)) return error;
  const { status, type } = error;
  if (status === 401 || status === 403) {
    return new CommandError(`${url} refuses this key: give --key, or set PURSER_LOCAL_KEY`);
  }
  return status === 0
    ? new CommandError(`Nothing answers at ${url}. Start it: npm start`)
    : new CommandError(`${url} does not list its models: HTTP ${status} ${type}`);
}
