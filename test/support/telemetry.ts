import type { Telemetry } from '../../contracts/telemetry.ts';

/** Telemetry that prints nothing and records everything. */
export function silentTelemetry() {
  const lines: { level: string; code: string; facts: unknown }[] = [];
  const metrics: { name: string; value: number; dimensions: Record<string, string> }[] = [];
  const log =
    (level: string) =>
    (code: string, facts: unknown = {}): void =>
      void lines.push({ level, code, facts });
  const telemetry: Telemetry = {
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    metric: (name, value, dimensions = {}) => void metrics.push({ name, value, dimensions }),
  };
  return { ...telemetry, lines, metrics };
}
