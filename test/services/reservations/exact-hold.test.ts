import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdExactly } from '../../../services/reservations/hold-reservation.ts';
import { EACH, startLending } from '../../support/lending.ts';

let lending: Awaited<ReturnType<typeof startLending>>;
beforeAll(async () => {
  lending = await startLending();
});
afterAll(() => lending.store.close());

test.each([
  [0n, 'held'],
  [1n, 'again'],
])('a hold of %d nano-dollars under a budget that is used up: %s', async (amountNanoUsd, kind) => {
  const organizationId = lending.newOrganization();
  await lending.setBudget(organizationId, ['user', 'ada', 'daily', EACH], { mode: 'exact' });
  const { entry, standings } = await lending.reserve(organizationId);
  expect(entry.amountNanoUsd).toBe(EACH);
  const further = { ...entry, entryId: `further-${kind}`, amountNanoUsd };
  const holding = await holdExactly(lending.deps, further, standings, {
    opaqueKey: undefined,
  });
  expect(holding.kind).toBe(kind);
  await lending.expectLedgerHolds();
});
