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
  /** Stands in the text of a key, so that it is not tried elsewhere. */
  environment: string;
  randomBytes: (count: number) => Uint8Array;
};

/** Who manages keys, and when. A command with access to the tables acts as an admin without limits. */
export type KeyKeeper = OrganizationCall & Pick<Caller, 'actor'> & KeyScopes;

/** What a new key is to be. */
export type NewKey = KeyScopes & { name: string };

/** A key and its text, which nobody can ask for again. */
export type NewText = { key: ManagedKey; text: string };

export type KeyManager = ReturnType<typeof createKeyManager>;

/** API keys as people manage them. Every change is audited; no text or hash of a key is. */
export const createKeyManager = (deps: Deps) => ({
  /**
   * @param idempotencyKey makes a key be created once; it cannot be shown a second time
   * @throws ServiceError `forbidden` for more than the keeper has, `conflict` for a repetition
   */
  create: (
    keeper: KeyKeeper,
    scopes: NewKey,
    idempotencyKey: string | undefined,
  ): Promise<NewText> => createKey(deps, keeper, scopes, idempotencyKey),

  /**
   * @param overlapMs how long the former text stays valid
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

  /** A page of keys, each with the hour of its last use. */
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
    // Two rotations of one millisecond are two changes.
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

/** Makes a change of one key, together with the list of admin keys where it is one of them. */
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

/** An organization never loses the last key that can make others. */
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

function requireWithin(keeper: KeyScopes, wanted: KeyScopes): void {
  const errors = faultsAbove(keeper, wanted);
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

/** Does not repeat what the caller sent: it may be the text of a key. */
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

/** What the audit log says of a key: nothing that a text could be known by. */
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
