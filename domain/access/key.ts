import { DEFAULT_REQUESTS_PER_SECOND } from '../quotas/quota.ts';
import { isAtLeast } from '../severity.ts';
import { type CallerLimits, DEFAULT_BACK_DATE_HOURS, type Role, ROLES } from './caller.ts';
import type { Refusal } from './policy.ts';

/** What a key allows: role, limits and expiry. An absent list means no limit. */
export type KeyScopes = CallerLimits & {
  role: Role;
  /** The key is invalid from this time on. Absent if it never expires. */
  expiresAtMs?: number | undefined;
};

/**
 * One secret text of a key. After a rotation, the previous text stays valid until the overlap ends.
 */
export type KeySecret = {
  /** SHA-256 of the whole text, which is never stored. */
  hash: string;
  createdAtMs: number;
  expiresAtMs?: number | undefined;
};

/** An API key with its management data. */
export type ManagedKey = KeyScopes & {
  keyId: string;
  organizationId: string;
  name: string;
  createdAtMs: number;
  createdBy: string;
  revokedAtMs?: number | undefined;
  /** Newest first; empty if the key was revoked. */
  secrets: readonly KeySecret[];
};

/**
 * An unlimited admin key, which can create other keys. An organization always keeps a valid one.
 */
export type AdminKey = { keyId: string; expiresAtMs?: number | undefined };

export const DEFAULT_OVERLAP_HOURS = 24;
export const MOST_OVERLAP_HOURS = 168;

export const isOver = (expiresAtMs: number | undefined, nowMs: number): boolean =>
  expiresAtMs !== undefined && nowMs >= expiresAtMs;

/** Whether a key can manage keys. */
export const managesKeys = ({ role, users, departments, systems }: KeyScopes): boolean =>
  role === 'admin' && !users && !departments && !systems;

/** Whether another admin key is still valid without this one. */
export const isReplaceable = (admins: readonly AdminKey[], keyId: string, nowMs: number): boolean =>
  admins.some((item) => item.keyId !== keyId && !isOver(item.expiresAtMs, nowMs));

export function stateOfKey(
  { revokedAtMs, expiresAtMs }: ManagedKey,
  nowMs: number,
): 'active' | 'expired' | 'revoked' {
  if (revokedAtMs !== undefined) return 'revoked';
  return isOver(expiresAtMs, nowMs) ? 'expired' : 'active';
}

/**
 * Finds where a key would allow more than the credentials that create or rotate it.
 * @returns one fault per field; empty if the key stays within them
 */
export function faultsAbove(maker: KeyScopes, keyScopes: KeyScopes): Refusal[] {
  const faults: Refusal[] = [];
  const fault = (field: string, message: string): void => void faults.push({ field, message });
  if (ROLES.indexOf(keyScopes.role) > ROLES.indexOf(maker.role)) {
    fault('role', `must not exceed ${maker.role}, your own role`);
  }
  for (const list of ['users', 'departments', 'systems'] as const) {
    const own = maker[list];
    if (own && !keyScopes[list]?.every((name) => own.includes(name))) {
      fault(list, 'must be among those that your credentials allow');
    }
  }
  if (maker.mayStateCost === false && keyScopes.mayStateCost !== false) {
    fault('mayStateCost', 'must be false, as for your own credentials');
  }
  const hours = maker.backDateHours;
  if (hours !== undefined && (keyScopes.backDateHours ?? DEFAULT_BACK_DATE_HOURS) > hours) {
    fault('backDateHours', `must be at most ${hours}, the limit of your own credentials`);
  }
  const ceiling = maker.severityCeiling;
  if (ceiling && (!keyScopes.severityCeiling || !isAtLeast(ceiling, keyScopes.severityCeiling))) {
    fault('severityCeiling', `must be at most ${ceiling}, the limit of your own credentials`);
  }
  if (exceeds(keyScopes.claimLimitUsdPerHour, maker.claimLimitUsdPerHour)) {
    fault('claimLimitUsdPerHour', `must be at most ${maker.claimLimitUsdPerHour}`);
  }
  const perSecond = keyScopes.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND;
  if (exceeds(perSecond, maker.requestsPerSecond)) {
    fault('requestsPerSecond', `must be at most ${maker.requestsPerSecond}`);
  }
  if (exceeds(keyScopes.expiresAtMs, maker.expiresAtMs)) {
    fault('expiresAt', 'must not be later than the expiry of your own credentials');
  }
  return faults;
}

/** Whether one limit is above another. An absent limit is infinite. */
const exceeds = (amount: number | undefined, most: number | undefined): boolean =>
  most !== undefined && (amount === undefined || amount > most);
