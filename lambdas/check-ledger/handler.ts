import type { Telemetry } from '../../contracts/telemetry.ts';
import { checkChanges, type CheckChangesDeps } from '../../services/budgets/check-changes.ts';
import { retainedFrom } from '../../services/budgets/check-ledger.ts';
import { proveLedger, type ProveDeps } from '../../services/budgets/prove-ledger.ts';

type Deps = CheckChangesDeps & ProveDeps & { telemetry: Telemetry };

/** A run ends before the function's timeout of ten minutes. */
const RUN_MS = 8 * 60_000;

/**
 * Checks the conservation law every hour in the balances that anything concerned since, and goes on
 * with the weekly proof of the whole ledger. Logs a violation, which raises an alarm.
 */
export const createHandler = (deps: Deps) => async () => {
  const { telemetry, now, retentionDays } = deps;
  const startedAtMs = now();
  const changes = await checkChanges(deps);
  const from = retainedFrom(startedAtMs, retentionDays);
  const proof = await proveLedger(deps, from, startedAtMs + RUN_MS);
  const violations = [...(changes?.violations ?? []), ...(proof ?? [])];
  for (const { message, ...violated } of violations) {
    telemetry.warn('LEDGER_VIOLATION', { ...violated, violation: message });
  }
  telemetry.metric('LedgerViolations', violations.length);
  const { balances, unsettled, isRestarted } = changes ?? {};
  const isProven = proof?.length === 0;
  telemetry.info('LEDGER_CHECKED', {
    balances,
    unsettled,
    isRestarted,
    isProven,
    violations: violations.length,
  });
  return { balances, unsettled, isProven, violations };
};
