/** Formats rows as text columns: the first left-aligned, the others right-aligned. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => {
          const width = widths[index] ?? 0;
          return index === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `1234567` → `1 234 567`. */
export const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');

/** Milliseconds with a sensible number of digits. */
export const milliseconds = (value: number): string =>
  Number.isNaN(value)
    ? '–'
    : value < 10
      ? value.toFixed(2)
      : value < 100
        ? value.toFixed(1)
        : value.toFixed(0);

/** A fraction as percent: `0.734` → `73.4 %`. */
export const percent = (share: number): string =>
  Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;

/** Breaks a text between words into lines of a width; all but the first are indented. */
export const wrapped = (text: string, { width, indent }: { width: number; indent: number }) =>
  text.replaceAll(
    new RegExp(`(?=.{${width + 1}})(.{1,${width}})\\s+`, 'g'),
    `$1\n${' '.repeat(indent)}`,
  );
