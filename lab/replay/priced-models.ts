import * as z from 'zod';
import {
  type ApiClientOptions,
  ApiUnreachableError,
  createApiClient,
  problemType,
} from '../../bin/tools/api-client.ts';
import { CommandError } from '../../bin/tools/command-line.ts';

const page = z.object({
  items: z.array(z.object({ model: z.string(), quality: z.number().optional() })),
  nextCursor: z.string().optional(),
});

/** A model with a price. @property quality what its catalog says of its answers, 0 to 1 */
export type PricedModel = { model: string; quality?: number | undefined };

/** The names of all models with a price. @throws CommandError as `readModels` */
export const pricedModels = async (client: ApiClientOptions): Promise<string[]> =>
  (await readModels(client)).map(({ model }) => model);

/**
 * The models that the running API has prices for. Also verifies that the API runs and accepts the
 * key. @throws CommandError saying what to do
 */
export async function readModels(client: ApiClientOptions): Promise<PricedModel[]> {
  const api = createApiClient({ ...client, retryForMs: 0 });
  const url = client.baseUrl;
  const models: PricedModel[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor }).toString()}`;
    const answer = await api({ method: 'GET', path: `/v1/models${query}` }).catch(
      (error: unknown) => {
        if (!(error instanceof ApiUnreachableError)) throw error;
        throw new CommandError(
          `Nothing usable answers at ${url} (${error.message}). Start it: npm start`,
        );
      },
    );
    if (answer.status === 401 || answer.status === 403) {
      throw new CommandError(`${url} refuses this key: give --key, or set PURSER_LOCAL_KEY`);
    }
    const parsed = page.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) {
      const problem = problemType(answer.body) ?? 'unexpected answer';
      throw new CommandError(`${url} does not list its models: HTTP ${answer.status} ${problem}`);
    }
    models.push(...parsed.data.items);
    cursor = parsed.data.nextCursor;
  } while (cursor !== undefined);
  return models;
}
