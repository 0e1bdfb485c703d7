import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { PROMPT_HASH_TAG } from '../../domain/advice/request-fact.ts';
import { partsOfMessages, type PromptParts } from '../../domain/gateway/prompt-parts.ts';
import { ownValue } from '../../domain/own-value.ts';
import type { PromptKeyStore } from '../../tables/ledger/prompt-keys.ts';
import { createMemory } from '../memory.ts';

const KEY_BYTES = 32;
const KEYS_REMEMBERED = 1_000;
/** 96 bits: among a billion prompts, two have the same hash once in a hundred billion cases. */
const HASH_CHARACTERS = 16;

/** What stands for a prompt and for its stable part, if it has one. */
export type PromptHashes = { promptHash?: string | undefined; prefixHash?: string | undefined };

export type PromptHasher = ReturnType<typeof createPromptHasher>;

/**
 * Hashes prompts with a random key of their organization (HMAC-SHA-256), so that nobody who sees a
 * hash can find out a short prompt, and organizations cannot be compared. Keeps no text.
 */
export function createPromptHasher(
  keys: PromptKeyStore,
  { telemetry }: { telemetry: Pick<Telemetry, 'error'> },
) {
  const remembered = createMemory<Uint8Array>({ most: KEYS_REMEMBERED });

  async function keyOf(organizationId: string): Promise<Uint8Array> {
    const earlier = remembered.get(organizationId);
    if (earlier) return earlier;
    const key = await keys.getOrAdd(organizationId, () => randomBytes(KEY_BYTES));
    remembered.set(organizationId, key);
    return key;
  }

  return {
    /**
     * What stands for a text within an organization, whole: nobody without its key can make it, and no
     * other use of that key does.
     */
    async fingerprint(organizationId: string, use: string, content: string): Promise<string> {
      const hmac = createHmac('sha256', await keyOf(organizationId));
      return hmac.update(`${use}\0`).update(content).digest('base64url');
    },

    /**
     * The hashes that a request does not state itself; empty without a text. A request never fails
     * for want of them.
     */
    async hashesOf(organizationId: string, request: AiRequest): Promise<PromptHashes> {
      const { promptHash, prefix, tags } = request;
      const isTold = promptHash ?? ownValue(tags, PROMPT_HASH_TAG);
      if (isTold !== undefined && prefix) return {};
      try {
        const parts = partsOf(request);
        if (!parts) return {};
        const hashes = hashed(parts, await keyOf(organizationId));
        return {
          promptHash: isTold === undefined ? hashes.promptHash : undefined,
          prefixHash: prefix ? undefined : hashes.prefixHash,
        };
      } catch (error) {
        telemetry.error('PROMPT_NOT_HASHED', { organizationId, error });
        return {};
      }
    },
  };
}

function partsOf({ promptParts, prompt, messages }: AiRequest): PromptParts | undefined {
  if (promptParts) return promptParts();
  return prompt === undefined && !messages ? undefined : partsOfMessages(prompt, messages);
}

function hashed({ stable, turns }: PromptParts, key: Uint8Array): PromptHashes {
  const content = createHash('sha256');
  const add = (texts: readonly string[]): void => {
    for (const text of texts) content.update(`${text.length}:`).update(text);
  };
  const underKey = (digest: Buffer): string =>
    createHmac('sha256', key).update(digest).digest('base64url').slice(0, HASH_CHARACTERS);
  add(stable);
  const prefixHash = stable.length === 0 ? undefined : underKey(content.copy().digest());
  add(turns);
  return { promptHash: underKey(content.digest()), prefixHash };
}
