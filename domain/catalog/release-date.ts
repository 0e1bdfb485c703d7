/** When the built-in catalog was last compared with what providers serve. */
const CATALOG_DATE_MS = Date.UTC(2026, 10, 30);

/** Makers put the day of a release into a model's name: `claude-haiku-4-5-20251001`. */
const DAY = /(?:^|[-.@])(20\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?=$|[-:])/;

/**
 * When a model came out, by its name; if that does not tell, the date of the catalog. Epoch ms.
 */
export function releaseDateMs(model: string): number {
  const [, year, month, day] = DAY.exec(model) ?? [];
  return year === undefined
    ? CATALOG_DATE_MS
    : Date.UTC(Number(year), Number(month) - 1, Number(day));
}
