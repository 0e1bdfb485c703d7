import { createHash } from 'node:crypto';
import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { LRUCache } from 'lru-cache';
import type { Payer } from '../domain/gateway/provider-client.ts';
import type { Credentials } from './json-service/signature.ts';
import { requestLimits } from './request-limits.ts';

/** A role that assumes another one gets credentials for an hour at most. */
const LIFE_SECONDS = 3_600;
const RENEWED_BEFORE_MS = 5 * 60_000;
/** After a failure, calls go by the function's own role for this long. */
const PLAIN_AFTER_FAILURE_MS = 60_000;
const MOST_PAYERS = 1_000;
const ATTEMPT_TIMEOUT_MS = 1_000;

/** What STS takes as the value of a tag. */
const NOT_IN_TAGS = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;
const MOST_TAG_CHARACTERS = 256;

type Settings = {
  /** The role that calls models for a department. */
  roleArn: string;
  now: () => number;
  onError: (error: unknown) => void;
  config?: STSClientConfig;
};

/**
 * Credentials by department, so that the provider's own bill names who pays: the name of the session
 * is a pseudonym of the department, and its tag `department` the department itself. They are kept
 * until shortly before they end. A payer without a department, or without credentials now, has none;
 * the call then goes by the function's own role.
 */
export function createDepartmentCredentials({ roleArn, now, onError, config = {} }: Settings) {
  const client = new STSClient({
    maxAttempts: 2,
    requestHandler: requestLimits(ATTEMPT_TIMEOUT_MS),
    ...config,
  });
  type Held = { credentials: Promise<Credentials | undefined>; renewAtMs: number };
  const memory = new LRUCache<string, Held>({ max: MOST_PAYERS });

  async function assume(payer: Payer, hold: Held): Promise<Credentials | undefined> {
    try {
      const { Credentials: issued } = await client.send(assumption(roleArn, payer));
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = issued ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error('no credentials');
      const endsAtMs = Expiration?.getTime() ?? now() + LIFE_SECONDS * 1_000;
      hold.renewAtMs = endsAtMs - RENEWED_BEFORE_MS;
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      };
    } catch (error) {
      hold.renewAtMs = now() + PLAIN_AFTER_FAILURE_MS;
      onError(error);
      return undefined;
    }
  }

  return async (payer: Payer | undefined): Promise<Credentials | undefined> => {
    if (payer?.departmentId === undefined) return undefined;
    const key = JSON.stringify([payer.organizationId, payer.departmentId]);
    const kept = memory.get(key);
    if (kept && now() < kept.renewAtMs) return kept.credentials;
    const hold: Held = { credentials: Promise.resolve(undefined), renewAtMs: Infinity };
    hold.credentials = assume(payer, hold);
    memory.set(key, hold);
    return hold.credentials;
  };
}

function assumption(roleArn: string, { organizationId, departmentId = '' }: Payer) {
  const digest = createHash('sha256').update(JSON.stringify([organizationId, departmentId]));
  const tag = (Key: string, value: string) => ({
    Key,
    Value: value.replaceAll(NOT_IN_TAGS, '_').slice(0, MOST_TAG_CHARACTERS),
  });
  return new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: `purser-${digest.digest('hex').slice(0, 32)}`,
    DurationSeconds: LIFE_SECONDS,
    Tags: [tag('organization', organizationId), tag('department', departmentId)],
  });
}
