import type { Telemetry } from '../../contracts/telemetry.ts';
import { checkLedger, retainedFrom } from '../../services/budgets/check-ledger.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';

type Deps = {
  ledger: LedgerStore;
  telemetry: Telemetry;
  now: () => number;
  retentionDays: number;
};

/** Checks the conservation law every hour. Logs a violation, which raises an alarm. */
export const createHandler =
  ({ ledger, telemetry, now, retentionDays }: Deps) =>
  async () => {
    const from = retainedFrom(now(), retentionDays);
    const { balances, entries, violations } = await checkLedger(ledger, from);
    for (const { message, ...violated } of violations) {
      telemetry.warn('LEDGER_VIOLATION', { ...violated, violation: message });
    }
    telemetry.metric('LedgerViolations', violations.length);
    telemetry.info('LEDGER_CHECKED', { balances, entries, violations: violations.length });
    return { balances, entries, violations };
  };
