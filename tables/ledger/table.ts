import { defineTable } from '../definition.ts';

/**
 * Budgets, their balances per period, and every entry that moves money. Access patterns:
 * - the budgets and balances of up to five scopes, by key, in one read (`readStandings` in ledger-budgets.ts);
 * - one entry by its id; the reservations made in one minute, for the sweeper;
 * - which reservation an opaque Idempotency-Key made;
 * - all budgets of an organization (index `byOrganization`, written only when budgets change).
 * - what is due to be changed in budgets, in one partition in order of time;
 * - requests for overrides of a budget, by key;
 * - the entries of an organization that an operator is asked to look at, oldest first (index
 *   `byDispute`, written only when what was stated deviates);
 * - how a key declares and states costs, and what it claimed in one hour, by key;
 * - the wallet of a user, by key; the wallets that have borrowed from a balance.
 * - where the hourly check and the weekly proof stopped, and what they keep about balances, by key.
 * Money moves in one transaction over an entry and all balances that it names, or in one write of a
 * wallet between two writes of its entry.
 */
export const ledgerTable = defineTable({
  name: 'ledger',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'byOrganization',
      partitionKey: { name: 'budgetsOf', type: 'S' },
      sortKey: { name: 'pk', type: 'S' },
      projection: 'ALL',
    },
    {
      name: 'byDispute',
      partitionKey: { name: 'dvo', type: 'S' },
      sortKey: { name: 'dva', type: 'S' },
      projection: 'ALL',
    },
  ],
  stream: true,
  timeToLiveAttribute: 'ttl',
});
