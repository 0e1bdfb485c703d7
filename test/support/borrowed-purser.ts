import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { stores } from '../../composition/stores.ts';
import { seedOrganization, SYSTEMS } from '../../services/seed-organization.ts';
import { WITHOUT_LIMITS } from './local-purser.ts';
import { createPurserClient } from './purser-client.ts';
import type { Loan } from './purser-pool.ts';

export type BorrowedPurser = Awaited<ReturnType<typeof borrowPurser>>;

/**
 * Borrows a running application for one test file, with a new organization. Nobody else uses the
 * application until `giveBack`: it is a working day in the middle of a month, earlier work has ended,
 * and the inbox is empty. The tables still hold what earlier files wrote for their organizations.
 */
export async function borrowPurser() {
  const { url, dataDirectory } = await askPool<Loan>({});
  const organizationId = `org-${randomBytes(4).toString('hex')}`;
  const key = `admin-key-of-${organizationId}`;
  const client = createPurserClient({ url, dataDirectory, organizationId, key });
  await seedOrganization(stores(client.store()).keys, organizationId, keysOf(key), Date.now());
  return { ...client, giveBack: () => askPool({ returns: url }) };
}

/** The same keys as those of a local run. */
const keysOf = (key: string) => [
  { keyId: 'local-admin', key, role: 'admin' as const, ...WITHOUT_LIMITS },
  ...SYSTEMS.map((system) => ({
    keyId: `local-${system}`,
    key: `${key}-${system}`,
    role: 'caller' as const,
    systems: [system],
  })),
];

async function askPool<Reply>(body: { returns?: string }): Promise<Reply> {
  const response = await fetch(inject('purserPool'), {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`No application was lent: ${await response.text()}`);
  return (await response.json()) as Reply;
}
