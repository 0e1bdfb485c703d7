import type { Wallet } from '../../domain/ledger/wallet.ts';
import { type Accounts, createAccounts } from './audited-accounts.ts';
import { type Books, createBooks } from './audited-books.ts';
import { createEntries, type Entries } from './audited-entries.ts';
import { createHoldAudit, type HoldAudit } from './audited-holds.ts';
import { createMemberAudit, type MemberAudit } from './audited-members.ts';
import { createSpending, type Spending } from './audited-spending.ts';
import { createWorkflowAudit, type WorkflowAudit } from './audited-workflows.ts';
import { type EventCounts, newCounts } from './event-counts.ts';

export type AuditSettings = {
  organizationId: string;
  now: () => number;
  skewMs: number;
  /** Checks a single law, to prove that this law alone can detect a fault. */
  onlyLaw?: string | undefined;
};

/** Everything that an auditor has seen so far, and the laws that were broken. */
export type Audit = Pick<AuditSettings, 'organizationId' | 'now' | 'skewMs'> & {
  violations: string[];
  breaks: (law: string, facts: string) => void;
  counts: EventCounts;
  accounts: Accounts;
  books: Books;
  entries: Entries;
  holds: HoldAudit;
  members: MemberAudit;
  spending: Spending;
  wallets: Map<string, Wallet>;
  workflows: WorkflowAudit;
  /** The first reservation made with each caller's key. */
  reservationsOf: Map<string, string>;
};

/** An audit that has seen nothing yet. */
export function newAudit({ organizationId, now, skewMs, onlyLaw }: AuditSettings): Audit {
  const violations: string[] = [];
  const breaks = (law: string, facts: string): void => {
    if (onlyLaw === undefined || law === onlyLaw) violations.push(`${law}: ${facts}`);
  };
  const accounts = createAccounts(now);
  const books = createBooks(now, skewMs);
  const counts = newCounts();
  return {
    organizationId,
    now,
    skewMs,
    violations,
    breaks,
    counts,
    accounts,
    books,
    entries: createEntries(accounts),
    holds: createHoldAudit({ accounts, books, skewMs, breaks }),
    members: createMemberAudit(now),
    spending: createSpending(accounts, breaks),
    wallets: new Map(),
    workflows: createWorkflowAudit({ now, skewMs, breaks, counts }),
    reservationsOf: new Map(),
  };
}
