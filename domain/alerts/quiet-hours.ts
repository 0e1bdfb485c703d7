import { type LevelName, severityOf } from '../controls/thresholds.ts';
import { nextLocalTime } from '../local-time.ts';

/** A part of each day in which people are left alone: from `from` until before `to`, both `HH:MM`. */
export type QuietHours = {
  from: string;
  /** Before `from` when it lies on the next day. */
  to: string;
  timeZone: string;
  /** Alerts from this level on are told nevertheless. */
  exceptLevel: LevelName;
};

/** The first instant from the given one on (epoch ms) at which an alert of a level may be told. */
export function afterQuietHours(
  quietHours: QuietHours | undefined,
  level: LevelName,
  instantMs: number,
): number {
  if (!quietHours || severityOf(level) >= severityOf(quietHours.exceptLevel)) return instantMs;
  const { from, to, timeZone } = quietHours;
  const endsAtMs = nextLocalTime(instantMs, to, timeZone);
  const isQuiet = endsAtMs <= nextLocalTime(instantMs, from, timeZone);
  return isQuiet ? endsAtMs : instantMs;
}
