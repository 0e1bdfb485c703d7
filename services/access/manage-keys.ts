import { createHash } from 'node:crypto';
import { hashApiKey, keyIdOf, keyTextOf } from '../../contracts/server/api-key-text.ts';
import type { Caller, OrganizationCall } from '../../domain/access/caller.ts';
import {
  faultsAbove,
  isOver,
  isReplaceable,
  type KeyScopes,
  type KeySecret,
  type ManagedKey,
  managesKeys,
} from '../../domain/access/key.ts';
import type { ApiKeyStore, KeyPage } from '../../tables/api-keys.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { conflict, invalidField, notFound, ServiceError } from '../errors.ts';

type Deps = {
  keys: Pick<ApiKeyStore, 'replacement' | 'admins' | 'list' | 'lastUses'>;
  audit: Pick<AuditLog, 'change'>;
  /** Part of the key's text, so that a key is not tried in the wrong deployment. */
  environment: string;
  randomBytes: (count: number) => Uint8Array;
};

/** Who manages keys, and when. A command with direct table access acts as an unrestricted admin. */
export type KeyKeeper = OrganizationCall & Pick<Caller, 'actor'> & KeyScopes;

/** The properties of the key to create. */
export type NewKey = KeyScopes & { name: string };

/** A key with its text, which is shown only once. */
export type NewText = { key: ManagedKey; text: string };

export type KeyManager = ReturnType<typeof createKeyManager>;

/** Manages API keys. Audits every change, but never logs a key's text or hash. */
export const createKeyManager = (deps: Deps) => ({
  /**
   * @param idempotencyKey ensures that the key is created only once; its text cannot be shown again
   * @throws ServiceError `forbidden` if the key allows more than the keeper has, `conflict` for a
   *   repeated request
   */
  create: (
    keeper: KeyKeeper,
    scopes: NewKey,
    idempotencyKey: string | undefined,
  ): Promise<NewText> => createKey(deps, keeper, scopes, idempotencyKey),

  /**
   * @param overlapMs how long the previous text stays valid
   * @throws ServiceError `not-found`, `forbidden` for a key that allows more than the keeper has,
   *   `conflict` while an overlap lasts
   */
  rotate: (keeper: KeyKeeper, keyId: string, overlapMs: number): Promise<NewText> =>
    rotateKey(deps, keeper, keyId, overlapMs),

  /** @throws ServiceError `not-found`, `conflict` for the last admin key */
  revoke: (keeper: KeyKeeper, keyId: string): Promise<ManagedKey> =>
    changeKey(deps, keeper, { keyId, action: 'key.revoke' }, (before) => {
      if (!before) throw noKey();
      return before.revokedAtMs === undefined
        ? { ...before, revokedAtMs: keeper.nowMs, secrets: [] }
        : before;
    }),

  /** Lists one page of keys, each with the hour of its last use. */
  async list(
    organizationId: string,
    page: { limit: number; after?: string | undefined },
  ): Promise<{ items: { key: ManagedKey; lastUsedAtMs: number | undefined }[] } & KeyPage> {
    const listed = await deps.keys.list(organizationId, page);
    const uses = await deps.keys.lastUses(listed.keys);
    return {
      ...listed,
      items: listed.keys.map((key, at) => ({ key, lastUsedAtMs: uses[at] })),
    };
  },
});

async function createKey(
  deps: Deps,
  keeper: KeyKeeper,
  scopes: NewKey,
  idempotencyKey: string | undefined,
): Promise<NewText> {
  const { organizationId, actor, nowMs } = keeper;
  if (isOver(scopes.expiresAtMs, nowMs)) throw invalidField('expiresAt', 'must be in the future');
  requireWithin(keeper, scopes);
  const keyId = keyIdOf(
    idempotencyKey === undefined
      ? deps.randomBytes(16)
      : createHash('sha256').update(`${organizationId}\n${actor}\n${idempotencyKey}`).digest(),
  );
  const { text, secret } = newText(deps, keyId, nowMs);
  const made = { ...scopes, keyId, organizationId, createdAtMs: nowMs, createdBy: actor };
  const key = await changeKey(deps, keeper, { keyId, action: 'key.create' }, (before) => {
    if (before && before.secrets[0]?.hash !== secret.hash) throw madeBefore(keyId);
    return { ...made, secrets: [secret] };
  });
  return { key, text };
}

async function rotateKey(
  deps: Deps,
  keeper: KeyKeeper,
  keyId: string,
  overlapMs: number,
): Promise<NewText> {
  const { nowMs } = keeper;
  const { text, secret } = newText(deps, keyId, nowMs);
  const key = await changeKey(deps, keeper, { keyId, action: 'key.rotate' }, (before) => {
    const current = requireActive(before, keyId, nowMs);
    requireWithin(keeper, current);
    const valid = current.secrets.filter(({ expiresAtMs }) => !isOver(expiresAtMs, nowMs));
    const ending = valid.find(({ expiresAtMs }) => expiresAtMs !== undefined);
    if (overlapMs > 0 && ending) throw overlapLasts(ending);
    const expiresAtMs = nowMs + overlapMs;
    const overlap = overlapMs > 0 ? valid.map((former) => ({ ...former, expiresAtMs })) : [];
    // Keeps two rotations in the same millisecond distinct.
    const latestMs = Math.max(...current.secrets.map(({ createdAtMs }) => createdAtMs));
    const made = { ...secret, createdAtMs: Math.max(secret.createdAtMs, latestMs + 1) };
    return { ...current, secrets: [made, ...overlap] };
  });
  return { key, text };
}

function newText(
  { environment, randomBytes }: Deps,
  keyId: string,
  nowMs: number,
): { text: string; secret: KeySecret } {
  const text = keyTextOf(environment, keyId, randomBytes(32));
  return { text, secret: { hash: hashApiKey(text), createdAtMs: nowMs } };
}

/** Changes one key and, if it is an admin key, the list of admin keys in the same transaction. */
async function changeKey(
  { keys, audit }: Deps,
  { organizationId, actor, nowMs }: KeyKeeper,
  { keyId, action }: { keyId: string; action: string },
  next: (before: ManagedKey | undefined) => ManagedKey,
): Promise<ManagedKey> {
  const { after } = await audit.change(async () => {
    const replaced = await keys.replacement(organizationId, keyId, next);
    const before = replaced.before && auditFacts(replaced.before);
    const entry = {
      organizationId,
      actor,
      action,
      target: `key/${keyId}`,
      ...(before ? { before } : {}),
      after: auditFacts(replaced.after),
      atMs: nowMs,
    };
    const admins = await adminWrites(keys, replaced, nowMs);
    return { entries: [entry], writes: [...replaced.writes, ...admins], after: replaced.after };
  });
  return after;
}

/** Refuses to remove an organization's last key that can create others. */
async function adminWrites(
  keys: Deps['keys'],
  { before, after }: { before: ManagedKey | undefined; after: ManagedKey },
  nowMs: number,
): Promise<TransactionWrite[]> {
  const { organizationId, keyId, expiresAtMs, revokedAtMs, ...scopes } = after;
  if (!managesKeys(scopes) || (before && revokedAtMs === undefined)) return [];
  const { write } = await keys.admins(organizationId, (admins) => {
    const valid = admins.filter(
      (admin) => admin.keyId !== keyId && !isOver(admin.expiresAtMs, nowMs),
    );
    if (revokedAtMs === undefined) return [...valid, { keyId, expiresAtMs }];
    if (!isOver(expiresAtMs, nowMs) && !isReplaceable(admins, keyId, nowMs)) {
      throw conflict('This is the last admin key without limits. Create another admin key first.');
    }
    return valid;
  });
  return [write];
}

function requireWithin(keeper: KeyScopes, scopes: KeyScopes): void {
  const errors = faultsAbove(keeper, scopes);
  const [first] = errors;
  if (!first) return;
  const message = `A key cannot allow more than your own credentials do. ${first.field}: ${first.message}`;
  throw new ServiceError({ kind: 'forbidden' }, message, { fields: errors });
}

function requireActive(key: ManagedKey | undefined, keyId: string, nowMs: number): ManagedKey {
  if (!key) throw noKey();
  if (key.revokedAtMs !== undefined) throw ended(keyId, 'is revoked');
  if (isOver(key.expiresAtMs, nowMs)) throw ended(keyId, 'has expired');
  return key;
}

/** Does not repeat the caller's input, which may be the text of a key. */
const noKey = (): ServiceError => notFound('No API key has this ID.');

const ended = (keyId: string, how: string): ServiceError =>
  conflict(`Key ${keyId} ${how}. Create another key.`);

const madeBefore = (keyId: string): ServiceError =>
  conflict(
    `This Idempotency-Key already created key ${keyId}, and a key's text is shown only once. Rotate the key to get a new text.`,
    [{ field: 'Idempotency-Key', message: 'was used before' }],
  );

const overlapLasts = ({ expiresAtMs = 0 }: KeySecret): ServiceError =>
  conflict(
    `The key's previous text stays valid until ${new Date(expiresAtMs).toISOString()}. Wait until then, or rotate with overlapHours 0.`,
  );

/** What the audit log records about a key: nothing that reveals its text. */
function auditFacts(key: ManagedKey): Record<string, unknown> {
  const {
    secrets,
    organizationId: _,
    keyId: __,
    createdAtMs: ___,
    createdBy: ____,
    ...facts
  } = key;
  const texts = secrets.map(({ createdAtMs, expiresAtMs }) => ({ createdAtMs, expiresAtMs }));
  return JSON.parse(JSON.stringify({ ...facts, texts })) as Record<string, unknown>;
}
