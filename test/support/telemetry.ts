import { loggedFacts, NOT_NAMED } from '../../aws/logged-facts.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';

/** Telemetry that prints nothing and records everything. @throws Error for a fact that logs hide */
export function silentTelemetry() {
  const lines: { level: string; code: string; facts: unknown }[] = [];
  const metrics: { name: string; value: number; dimensions: Record<string, string> }[] = [];
  const log =
    (level: string) =>
    (code: string, facts: Record<string, unknown> = {}): void => {
      const { error: _, ...told } = facts;
      const isHidden = JSON.stringify(loggedFacts(told)).includes(NOT_NAMED);
      if (isHidden) throw new Error(`${code} has facts that FACTS does not name`);
      lines.push({ level, code, facts });
    };
  const telemetry: Telemetry = {
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    metric: (name, value, dimensions = {}) => void metrics.push({ name, value, dimensions }),
  };
  return { ...telemetry, lines, metrics };
}
