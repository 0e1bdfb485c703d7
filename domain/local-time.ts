import { addDays, localDate } from './periods.ts';

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Local time of day, `HH:MM`. */
export const localTime = (instantMs: number, timeZone: string): string =>
  localText(instantMs, timeZone).slice(-5);

/**
 * The next time (epoch ms) after the given one when clocks first show `HH:MM` on a day. When clocks
 * are set back, they can show it twice. When they skip it, this is the moment of the skip.
 */
export function nextLocalTime(afterMs: number, time: string, timeZone: string): number {
  const today = localDate(afterMs, timeZone);
  const instants = [0, 1, 2].map((days) => instantAt(addDays(today, days), time, timeZone));
  return instants.find((instantMs) => instantMs > afterMs) ?? afterMs + DAY_MS;
}

function instantAt(date: string, time: string, timeZone: string): number {
  const targetText = `${date} ${time}`;
  const asUtc = asUtcMs(targetText);
  // Try the previous day's offset first: when clocks are set back, it gives the earlier time.
  const shown = [asUtc - DAY_MS, asUtc + DAY_MS]
    .map((nearMs) => asUtc - (asUtcMs(localText(nearMs, timeZone)) - nearMs))
    .find((instantMs) => localText(instantMs, timeZone) === targetText);
  return shown ?? leapOver(targetText, timeZone);
}

function leapOver(targetText: string, timeZone: string): number {
  // No zone is further than a day from UTC.
  let before = asUtcMs(targetText) - 1.125 * DAY_MS;
  let reached = asUtcMs(targetText) + 1.125 * DAY_MS;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (localText(middle, timeZone) >= targetText) reached = middle;
    else before = middle;
  }
  return reached;
}

const asUtcMs = (local: string): number => Date.parse(`${local.replace(' ', 'T')}Z`);

/** `2026-11-21 06:30`, in the Swedish format, which sorts by time. */
function localText(instantMs: number, timeZone: string): string {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'short',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(instantMs);
}
