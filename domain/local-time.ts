import { addDays, localDate } from './periods.ts';

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Time of day `HH:MM` of an instant in a time zone. */
export const localTime = (instantMs: number, timeZone: string): string =>
  localText(instantMs, timeZone).slice(-5);

/**
 * The first instant after the given one (epoch ms) at which the clocks of a time zone show `HH:MM`;
 * on a day whose clocks leap over that time, the instant at which they do.
 */
export function nextLocalTime(afterMs: number, time: string, timeZone: string): number {
  const today = localDate(afterMs, timeZone);
  const instants = [0, 1, 2].map((days) => instantAt(addDays(today, days), time, timeZone));
  return instants.find((instantMs) => instantMs > afterMs) ?? afterMs + DAY_MS;
}

function instantAt(date: string, time: string, timeZone: string): number {
  const wanted = `${date} ${time}`;
  const asUtc = Date.parse(`${date}T${time}Z`);
  // Zones lie within a day of UTC, and their clocks rise but for an hour that may be lived twice.
  let before = asUtc - 1.125 * DAY_MS;
  let reached = asUtc + 1.125 * DAY_MS;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (localText(middle, timeZone) >= wanted) reached = middle;
    else before = middle;
  }
  return reached;
}

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
