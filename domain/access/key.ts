import { DEFAULT_REQUESTS_PER_SECOND } from '../quotas/quota.ts';
import { isAtLeast } from '../severity.ts';
import { type CallerLimits, DEFAULT_BACK_DATE_HOURS, type Role, ROLES } from './caller.ts';
import type { Refusal } from './policy.ts';

/** What a key allows: its role, what limits it, and until when. Absent lists limit nothing. */
export type KeyScopes = CallerLimits & {
  role: Role;
  /** From then on it is not valid; never where absent. */
  expiresAtMs?: number | undefined;
};

/** One text of a key. After a rotation the one before is valid until the overlap ends. */
export type KeySecret = {
  /** SHA-256 of the whole text; the text itself is never stored. */
  hash: string;
  createdAtMs: number;
  expiresAtMs?: number | undefined;
};

/** An API key as it is managed. */
export type ManagedKey = KeyScopes & {
  keyId: string;
  organizationId: string;
  name: string;
  createdAtMs: number;
  createdBy: string;
  revokedAtMs?: number | undefined;
  /** The newest first; none of a revoked key. */
  secrets: readonly KeySecret[];
};

/** An admin's key without limits, which can make others; an organization keeps one that is valid. */
export type AdminKey = { keyId: string; expiresAtMs?: number | undefined };

export const DEFAULT_OVERLAP_HOURS = 24;
export const MOST_OVERLAP_HOURS = 168;

export const isOver = (expiresAtMs: number | undefined, nowMs: number): boolean =>
  expiresAtMs !== undefined && nowMs >= expiresAtMs;

/** Whether a key can manage keys. */
export const managesKeys = ({ role, users, departments, systems }: KeyScopes): boolean =>
  role === 'admin' && !users && !departments && !systems;

/** Whether one more admin key is valid without this one. */
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
 * Where a key would allow more than the credentials that make it, or that get its text by a rotation.
 * @returns what is wrong with it, field by field; nothing where it stays within them
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

/** Whether a limit is above another; without one there is no end to it. */
const exceeds = (amount: number | undefined, most: number | undefined): boolean =>
  most !== undefined && (amount === undefined || amount > most);
