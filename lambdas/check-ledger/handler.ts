import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Violation } from '../../domain/ledger/conservation.ts';
import { checkChanges, type CheckChangesDeps } from '../../services/budgets/check-changes.ts';
import { retainedFrom } from '../../services/budgets/check-ledger.ts';
import { proveLedger, type ProveDeps } from '../../services/budgets/prove-ledger.ts';
import { addViolationEvents, type EventOutbox } from '../../services/events/event-outbox.ts';

type Deps = Omit<CheckChangesDeps, 'tell'> & ProveDeps & EventOutbox & { telemetry: Telemetry };

/** A run ends before the function's timeout of ten minutes. */
const RUN_MS = 8 * 60_000;

/**
 * Checks the conservation law every hour in the balances that anything concerned since, and goes on
 * with the weekly proof of the whole ledger. Logs a violation, which raises an alarm, and makes an
 * event of it.
 */
export const createHandler = (deps: Deps) => async () => {
  const { telemetry, now, retentionDays } = deps;
  const startedAtMs = now();
  const tell = (violations: readonly Violation[]) => tellViolations(deps, violations);
  const changes = await checkChanges({ ...deps, tell });
  const from = retainedFrom(startedAtMs, retentionDays);
  const proof = await proveLedger(deps, from, startedAtMs + RUN_MS);
  // If that fails, nothing is lost: after a proof that found something, another begins.
  if (proof && proof.length > 0) await tell(proof);
  const violations = [...(changes?.violations ?? []), ...(proof ?? [])];
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

async function tellViolations(deps: Deps, violations: readonly Violation[]): Promise<void> {
  for (const { message, ...violated } of violations) {
    deps.telemetry.warn('LEDGER_VIOLATION', { ...violated, violation: message });
  }
  deps.telemetry.metric('LedgerViolations', violations.length);
  await addViolationEvents(deps, violations);
}
