/** So many messages of one name may go out in one hour of the clock. */
export type Allowance = { name: string; limit: number };

export const HOUR_MS = 3_600_000;

/** Test alerts that one address gets in an hour, and that an organization may ask for. */
export const TESTS_PER_ADDRESS = 5;
export const TESTS_PER_ORGANIZATION = 20;

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
