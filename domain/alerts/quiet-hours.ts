import { type LevelName, severityOf } from '../controls/thresholds.ts';
import { nextLocalTime } from '../local-time.ts';

/** Daily hours without alerts, from `from` until just before `to`, both `HH:MM`. */
export type QuietHours = {
  from: string;
  /** Earlier than `from` if it is on the next day. */
  to: string;
  timeZone: string;
  /** Alerts from this level upward are sent anyway. */
  exceptLevel: LevelName;
};

/**
 * The first time (epoch ms), at or after the given one, at which an alert of a level may be sent.
 */
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
