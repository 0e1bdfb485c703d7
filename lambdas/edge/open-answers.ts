import type { Telemetry } from '../../contracts/telemetry.ts';
import type { SharedStore } from '../../domain/caching/cache.ts';

/**
 * Where answers of models are kept, if the environment names a server for that; else in their table.
 * Its client is loaded only then, because it makes starts slower.
 */
export async function openAnswers(
  url: string | undefined,
  telemetry: Pick<Telemetry, 'error'>,
): Promise<{ answers?: SharedStore }> {
  if (url === undefined) return {};
  const { createValkeyStore } = await import('../../aws/valkey-store.ts');
  const onError = (error: unknown): void => telemetry.error('RESPONSE_CACHE_FAILED', { error });
  return { answers: createValkeyStore({ url, onError }) };
}
