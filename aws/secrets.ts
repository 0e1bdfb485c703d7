import { LRUCache } from 'lru-cache';
import { createServiceClient, type ServiceSettings } from './json-service/client.ts';

/** A rotated secret takes effect within this time, or as soon as the old one is refused. */
const KEPT_MS = 300_000;
const SECRETS_REMEMBERED = 1_000;

export type SecretReader = {
  /**
   * The text of a secret. It stays in memory for minutes, and nowhere else.
   * @param isRefused the text in memory was refused, so the secret is read again
   * @throws Error if Secrets Manager does not answer, or the secret is not text
   */
  read(secretArn: string, isRefused?: boolean): Promise<string>;
};

/** Reads secrets from AWS Secrets Manager. */
export function createSecretReader(
  settings: ServiceSettings & { keptMs?: number } = {},
): SecretReader {
  const call = createServiceClient(
    { name: 'secretsmanager', target: 'secretsmanager', contentType: 'application/x-amz-json-1.1' },
    { timeoutMs: 3_000, maxSockets: 10, ...settings },
  );
  const secrets = new LRUCache<string, string>({
    max: SECRETS_REMEMBERED,
    ttl: settings.keptMs ?? KEPT_MS,
    fetchMethod: async (SecretId) => {
      const answer = (await call('GetSecretValue', { SecretId })) as { SecretString?: unknown };
      if (typeof answer.SecretString !== 'string') throw new Error('the secret is not text');
      return answer.SecretString.trim();
    },
  });
  return {
    async read(secretArn, isRefused = false) {
      const text = await secrets.fetch(secretArn, { forceRefresh: isRefused });
      if (text === undefined) throw new Error('the secret could not be read');
      return text;
    },
  };
}
