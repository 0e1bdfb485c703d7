import type { Alert } from './alert.ts';
import type { AlertTarget } from './alert-channel.ts';
import { channelOf } from './channels/channels.ts';

/** So many messages of one name may go out in one hour of the clock. */
export type Allowance = { name: string; limit: number };

export const HOUR_MS = 3_600_000;

/** Test alerts that one address gets in an hour, and that an organization may ask for. */
export const TESTS_PER_ADDRESS = 5;
export const TESTS_PER_ORGANIZATION = 20;

/** Messages that one address gets in an hour, and besides them messages of emergencies. */
export const MESSAGES_PER_ADDRESS = 5;
export const EMERGENCIES_PER_ADDRESS = 5;

/** Where the hour of the clock ends that holds an instant. Epoch ms. */
export const endOfHour = (instantMs: number): number =>
  (Math.floor(instantMs / HOUR_MS) + 1) * HOUR_MS;

/**
 * What a test alert uses up of each address, and what of its organization.
 * @param to names of addresses (`deliveryIdOf`), which do not tell them
 */
export const testAllowances = (to: readonly string[]): [Allowance[], Allowance[]] => [
  to.map((name) => ({ name: `test#${name}`, limit: TESTS_PER_ADDRESS })),
  [{ name: 'tests', limit: TESTS_PER_ORGANIZATION }],
];

/**
 * What an alert uses up at an address that people read; what finds nothing left waits for the end of
 * the hour and is told there together. Emergencies have an allowance of their own, so that nobody
 * hides one behind many small alerts, and a burst has one message. Programs and pagers get everything:
 * they sort alerts by themselves. Tests and digests are counted elsewhere.
 * @param to name of the address (`deliveryIdOf`)
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
