import { addDays, localDate } from './periods.ts';

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Time of day `HH:MM` of an instant in a time zone. */
export const localTime = (instantMs: number, timeZone: string): string =>
  localText(instantMs, timeZone).slice(-5);

/**
 * The first instant after the given one (epoch ms) at which the clocks of a time zone show `HH:MM`
 * for the first time in a day: they show it twice where they are set back over it. On a day whose
 * clocks leap over that time, the instant at which they do.
 */
export function nextLocalTime(afterMs: number, time: string, timeZone: string): number {
  const today = localDate(afterMs, timeZone);
  const instants = [0, 1, 2].map((days) => instantAt(addDays(today, days), time, timeZone));
  return instants.find((instantMs) => instantMs > afterMs) ?? afterMs + DAY_MS;
}

function instantAt(date: string, time: string, timeZone: string): number {
  const targetText = `${date} ${time}`;
  const asUtc = asUtcMs(targetText);
  // By the offset of the day before first: where clocks are set back, it gives the earlier instant.
  const shown = [asUtc - DAY_MS, asUtc + DAY_MS]
    .map((nearMs) => asUtc - (asUtcMs(localText(nearMs, timeZone)) - nearMs))
    .find((instantMs) => localText(instantMs, timeZone) === targetText);
  return shown ?? leapOver(targetText, timeZone);
}

function leapOver(targetText: string, timeZone: string): number {
  // Zones lie within a day of UTC.
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

/** `2026-11-21 06:30`, as Sweden writes it: texts in the order of time. */
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
