import { stores } from '../../composition/stores.ts';
import type { Role } from '../../domain/access/caller.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** The organization whose credentials the fuzz uses. */
export const ATTACKED = 'globex';
/** Must not change during the run. */
export const NEIGHBOR = 'umbrella';
/** Keeps working during the run. */
export const BYSTANDER = 'initech';

export type Credential = { name: string; key: string };

type Seeded = Credential & {
  organizationId: string;
  role: Role;
  systems?: string[];
  users?: string[];
  revokedAtMs?: number;
};

const SEEDED: Seeded[] = [
  { name: 'an admin', ...keyOf('admin'), organizationId: ATTACKED, role: 'admin' },
  { name: 'an operator', ...keyOf('operator'), organizationId: ATTACKED, role: 'operator' },
  { name: 'a viewer', ...keyOf('viewer'), organizationId: ATTACKED, role: 'viewer' },
  { name: 'a caller', ...keyOf('caller'), organizationId: ATTACKED, role: 'caller' },
  {
    name: 'a caller of one system',
    ...keyOf('system'),
    organizationId: ATTACKED,
    role: 'caller',
    systems: ['relaycore'],
  },
  {
    name: 'a caller of one user',
    ...keyOf('user'),
    organizationId: ATTACKED,
    role: 'caller',
    users: ['toString'],
  },
  {
    name: 'a revoked key',
    ...keyOf('revoked'),
    organizationId: ATTACKED,
    role: 'admin',
    revokedAtMs: 1,
  },
  { name: 'the neighbor', ...keyOf('neighbor'), organizationId: NEIGHBOR, role: 'admin' },
  { name: 'the bystander', ...keyOf('bystander'), organizationId: BYSTANDER, role: 'admin' },
];

function keyOf(name: string): { key: string } {
  return { key: `canary-key-of-the-fuzz-${name}` };
}

export const NEIGHBOR_KEY = keyOf('neighbor').key;
export const BYSTANDER_KEY = keyOf('bystander').key;
export const ADMIN_KEY = keyOf('admin').key;

/**
 * Credentials that fuzz requests are sent with. Powerful ones are more frequent, so that more is
 * accepted.
 */
export const CREDENTIALS: readonly Credential[] = SEEDED.filter(
  ({ organizationId }) => organizationId === ATTACKED,
).flatMap((seeded) => Array<Credential>(shareOf(seeded)).fill(seeded));

function shareOf({ name, role }: Seeded): number {
  if (name === 'an admin') return 8;
  return role === 'operator' || name === 'a caller' ? 4 : 1;
}

/** Stores both organizations' keys. */
export async function seedKeys(db: DynamoDb): Promise<void> {
  const { keys } = stores(db);
  await Promise.all(
    SEEDED.map(({ key, name, ...facts }) =>
      keys.put(key, {
        ...facts,
        keyId: name.replaceAll(' ', '-'),
        requestsPerSecond: 10_000,
        createdAtMs: 0,
      }),
    ),
  );
}
