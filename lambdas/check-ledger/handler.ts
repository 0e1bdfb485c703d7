import type { Telemetry } from '../../contracts/telemetry.ts';
import { checkLedger } from '../../services/check-ledger.ts';
import type { LedgerStore } from '../../tables/ledger.ts';

type Deps = { ledger: LedgerStore; telemetry: Telemetry };

/** Scheduled every hour: a violation of the conservation law is logged and alarms. */
export const createHandler =
  ({ ledger, telemetry }: Deps) =>
  async () => {
    const { balances, entries, violations } = await checkLedger(ledger);
    for (const violation of violations) telemetry.warn('LEDGER_VIOLATION', violation);
    telemetry.metric('LedgerViolations', violations.length);
    telemetry.info('LEDGER_CHECKED', { balances, entries, violations: violations.length });
    return { balances, entries, violations };
  };
