import type { Call } from '../../domain/access/caller.ts';
import { stateOfKey } from '../../domain/access/key.ts';
import { refusalOf } from '../../domain/access/policy.ts';
import type { Job } from '../../domain/jobs/job.ts';
import type { ApiKeyStore } from '../../tables/api-keys.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';

export type SubmitterDeps = {
  keys: Pick<ApiKeyStore, 'getManaged'>;
  settings: Pick<OrganizationSettingsStore, 'naming'>;
};

/**
 * The call that a job makes, with what its key allows now. A person's token is not kept anywhere, so
 * it counts as it was.
 * @returns `refusal` if the key may not do this any more
 */
export async function callOfSubmitter(
  { keys, settings }: SubmitterDeps,
  { organizationId, submitter, ...principals }: Job,
  nowMs: number,
): Promise<{ call: Call } | { refusal: string }> {
  const [key, naming] = await Promise.all([
    keys.getManaged(organizationId, submitter.actor),
    settings.naming(organizationId),
  ]);
  if (!key) return { call: { ...submitter, organizationId, naming, nowMs } };
  const state = stateOfKey(key, nowMs);
  if (state !== 'active') return { refusal: `The key that submitted it is ${state}.` };
  if (key.role === 'viewer') return { refusal: 'The key that submitted it may only read now.' };
  const refusal = refusalOf({ ...key, naming }, { kind: 'principals', principals });
  if (refusal) {
    return { refusal: `The key that submitted it may not do this now: ${refusal.message}.` };
  }
  const { createdAtMs: _, createdBy: __, name: ___, secrets: ____, ...rights } = key;
  return { call: { ...rights, actor: key.keyId, naming, nowMs } };
}
