import type { AiRequest } from '../../contracts/ai-request.ts';
import { createConservationCheck } from '../../domain/ledger/conservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Period } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { type Audit, type AuditSettings, newAudit } from './audit.ts';
import { grantable, idleShareOf, overBound } from './audited-accounts.ts';
import { seeCommit } from './audited-commits.ts';
import { brokenRefusal, type Refusal, type RefusalTimes } from './audited-refusals.ts';
import type { Change } from './memory-store.ts';

const FULL_CHECK_EVERY = 64;

/**
 * Observes every commit and every provider call, and reports which law was broken. Knows what no
 * process knows: the order of all commits and the actual spend.
 */
export function createAuditor(settings: AuditSettings) {
  const audit = newAudit(settings);
  const { violations, counts, breaks, accounts, entries, spending, reservationsOf } = audit;
  return {
    violations,
    counts,
    breaks,
    /** A stored entry, if it counts; one for a wallet counts once the wallet holds it. */
    entry: (entryId: string): Entry | undefined =>
      entries.standing.has(entryId) ? entries.stored.get(entryId) : undefined,
    /** The reservation made with a caller's key, if any. */
    reservationOf: (request: string): string | undefined => reservationsOf.get(request),
    openReservations: (): Entry[] =>
      [...entries.stored.values()].filter(
        (entry) =>
          entry.state === 'reserved' || entries.standing.get(entry.entryId)?.state === 'reserved',
      ),

    onCommit(changes: Change[]): void {
      seeCommit(audit, changes);
      if (counts.commits % FULL_CHECK_EVERY === 0) checkConservation(audit);
    },

    /** A caller that may proceed calls the provider, at no more than the reserved amount. */
    onSpend(entryId: string, costNanoUsd: bigint): void {
      const entry = entries.standing.get(entryId);
      if (entry) spending.spend(entry, costNanoUsd);
      else breaks('an acknowledged reservation is never lost', entryId);
    },

    /**
     * A caller learns now that its request was refused.
     * @param times when it asked, and the time that decides the periods of the request
     */
    onRejection(request: AiRequest, rejected: Refusal, times: RefusalTimes): void {
      counts.rejected += 1;
      const principals = { organizationId: settings.organizationId, ...request };
      const broken = brokenRefusal(audit, principals, rejected, times);
      if (broken) breaks('nothing is refused that fits all the time', broken);
    },

    /** An administrator got the confirmation of this limit, so it is now in force. */
    onLimit(target: ScopeRef & { period: Period }, limitNanoUsd: bigint | undefined): void {
      if (limitNanoUsd !== undefined) boundBy(audit, target, limitNanoUsd);
    },

    /** A caller learns now until when its money is held. */
    onExtension({ entryId, expiresAtMs = 0 }: Entry): void {
      const { expiresAtMs: endMs = 0 } = entries.stored.get(entryId) ?? {};
      if (endMs < expiresAtMs) breaks('an acknowledged extension is never lost', entryId);
    },

    /** An operator is about to state an entry's actual cost. */
    onCorrection: (entryId: string, correctionId: string, chargedNanoUsd: bigint): void =>
      spending.order(entryId, correctionId, chargedNanoUsd),

    checkConservation: (): void => checkConservation(audit),

    /** The largest share of a shared limit idle in wallets, from 0 to 1. */
    idleShare: (): number => Math.max(0, ...[...accounts.wholes()].map(idleShareOf)),
  };
}

/** New reservations must fit in this limit of a budget from now on. */
function boundBy(
  { accounts, books }: Audit,
  { scope, scopeId, period }: ScopeRef & { period: Period },
  limitNanoUsd: bigint,
): void {
  for (const whole of accounts.wholes()) {
    if (!whole.name.startsWith(`${scope}/${scopeId}/${period}/`)) continue;
    const budget = books.budgetOf(whole.name);
    if (budget?.limitNanoUsd !== limitNanoUsd || whole.limitNanoUsd !== limitNanoUsd) continue;
    // With lanes, money returned below the limit may be granted again before debts are paid.
    const used = whole.boundNanoUsd + overBound(whole) + grantable(whole);
    whole.boundNanoUsd = whole.lanes.length > 1 && used > limitNanoUsd ? used : limitNanoUsd;
  }
}

function checkConservation({ organizationId, accounts, entries, wallets, breaks }: Audit): void {
  const check = createConservationCheck();
  for (const entry of entries.stored.values()) check.addEntry(entry);
  for (const wallet of wallets.values()) check.addWallet(organizationId, wallet);
  for (const { name, balance } of accounts.all()) {
    check.addBalance({ organizationId, name, balance });
  }
  const { violations } = check.report();
  for (const { balance, message } of violations) breaks('conservation', `${balance} ${message}`);
}
