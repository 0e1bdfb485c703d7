import type { Alert } from './alert.ts';
import type { AlertTarget } from './alert-channel.ts';
import { channelOf } from './channels/channels.ts';

/** How many messages of one name may go out in one clock hour. */
export type Allowance = { name: string; limit: number };

export const HOUR_MS = 3_600_000;

/** Test alerts per hour for one address, and for one organization. */
export const TESTS_PER_ADDRESS = 5;
export const TESTS_PER_ORGANIZATION = 20;

/** Messages per hour for one address, and additional emergencies. */
export const MESSAGES_PER_ADDRESS = 5;
export const EMERGENCIES_PER_ADDRESS = 5;

/** The end of the clock hour that contains an instant. Epoch ms. */
export const endOfHour = (instantMs: number): number =>
  (Math.floor(instantMs / HOUR_MS) + 1) * HOUR_MS;

/**
 * The allowances that a test alert uses: for each address, and for its organization.
 * @param to hashed names of addresses (`deliveryIdOf`)
 */
export const testAllowances = (to: readonly string[]): [Allowance[], Allowance[]] => [
  to.map((name) => ({ name: `test#${name}`, limit: TESTS_PER_ADDRESS })),
  [{ name: 'tests', limit: TESTS_PER_ORGANIZATION }],
];

/**
 * The allowance that an alert uses at an address that people read. Alerts beyond it wait for one
 * digest at the end of the hour. Emergencies have their own allowance, so nobody can hide one behind
 * many small alerts, and a burst has one message. Programs and pagers get everything, because they
 * sort alerts themselves. Tests and digests are counted elsewhere.
 * @param to hashed name of the address (`deliveryIdOf`)
 */
export function allowanceOf(
  { kind, severity, burst }: Alert,
  { channel }: AlertTarget,
  to: string,
): Allowance | undefined {
  if (channelOf(channel).readBy === 'programs') return undefined;
  if (kind === 'test' || kind === 'digest') return undefined;
  if (burst !== undefined) return { name: `${burst}#${to}`, limit: 1 };
  return severity === 'emergency'
    ? { name: `emergencies#${to}`, limit: EMERGENCIES_PER_ADDRESS }
    : { name: `messages#${to}`, limit: MESSAGES_PER_ADDRESS };
}
