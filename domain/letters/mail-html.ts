import type { Letter, LetterRow } from './letter.ts';
import { escapedHtml } from '../escaped-html.ts';
import { unlinkedText } from '../unlinked-text.ts';

const GREY = '#5f6b7a';
const BAR_PIXELS = 200;
const CELL = 'padding:4px 16px 4px 0;vertical-align:middle';

/** Text as HTML that no reader turns into markup or a link. */
export const shownText = (text: string): string => escapedHtml(unlinkedText(text));

/** A mail's parts in order, in a page that mail readers show alike: tables and inline styles only. */
export const mailPage = (parts: readonly string[]): string =>
  [
    '<!doctype html><html><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width"></head>',
    '<body style="margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:22px;color:#1f2933;background:#ffffff">',
    '<div style="max-width:640px;overflow-wrap:anywhere">',
    ...parts,
    '</div></body></html>',
  ].join('\n');

/** The first words of a mail, in a color. */
export const mailTitle = (text: string, color: string): string =>
  `<p style="margin:0 0 12px;font-size:17px;line-height:24px;font-weight:bold;color:${color}">${shownText(text)}</p>`;

export const mailParagraph = (text: string): string =>
  `<p style="margin:0 0 12px">${shownText(text)}</p>`;

export const mailHeading = (text: string): string =>
  `<p style="margin:20px 0 4px;font-weight:bold">${shownText(text)}</p>`;

/** The last line of a mail. */
export const mailFooter = (text: string): string =>
  `<p style="margin:24px 0 0;font-size:12px;line-height:18px;color:${GREY}">${shownText(text)}</p>`;

/** Rows with their values, and a bar where a row has a share. */
export function mailTable(rows: readonly LetterRow[], color: string): string {
  const hasBars = rows.some(({ share }) => share !== undefined);
  const lines = rows.map(
    ({ name, value, share }) =>
      `<tr><td style="${CELL};color:${GREY}${isShort(name, share) ? ';white-space:nowrap' : ''}">${shownText(name)}</td>` +
      `<td style="${CELL}${isAmount(value, share) ? ';white-space:nowrap' : ''}"${hasBars && share === undefined ? ' colspan="2"' : ''}>${shownText(value)}</td>` +
      `${share === undefined ? '' : `<td style="${CELL};width:${BAR_PIXELS}px">${barOf(share, color)}</td>`}</tr>`,
  );
  return `<table cellpadding="0" cellspacing="0" style="margin:0 0 12px;border-collapse:collapse">${lines.join('\n')}</table>`;
}

/** Such as times; next to a bar, there is no room on a phone. */
const isShort = (name: string, share: number | undefined): boolean =>
  share === undefined && name.length <= 20;

/** An amount next to a bar, which a long name would break in two. */
const isAmount = (value: string, share: number | undefined): boolean =>
  share !== undefined && /^-?[\d.,]+$/.test(value);

/** A bar of two cells, because mail readers show no pictures by themselves. */
function barOf(share: number, color: string): string {
  const filled = Math.max(share > 0 ? 2 : 0, Math.round((BAR_PIXELS * share) / 1_000));
  const cell = (width: number, fill: string): string =>
    width === 0
      ? ''
      : `<td width="${width}" height="12" bgcolor="${fill}" style="width:${width}px;height:12px;font-size:0;line-height:0">&nbsp;</td>`;
  return `<table cellpadding="0" cellspacing="0" width="${BAR_PIXELS}" style="border-collapse:collapse"><tr>${cell(filled, color)}${cell(BAR_PIXELS - filled, '#e4e7eb')}</tr></table>`;
}

/** What to do, as a list. */
export const mailSteps = (todo: readonly string[]): string[] =>
  todo.length === 0
    ? []
    : [
        mailHeading('What to do'),
        `<ul style="margin:0 0 12px;padding-left:20px">${todo.map((step) => `<li>${shownText(step)}</li>`).join('\n')}</ul>`,
      ];

/** The words of a letter: what happened, what Purser did, its table, what to do, and its note. */
export const letterParts = (
  { happened, did, rows, todo, note }: Letter,
  color: string,
): string[] => [
  mailParagraph(happened),
  ...(did === undefined ? [] : [mailParagraph(did)]),
  ...(rows?.length ? [mailTable(rows, color)] : []),
  ...mailSteps(todo ?? []),
  ...(note?.length
    ? [`<p style="margin:0 0 12px;white-space:pre-wrap">${note.map(shownText).join('<br>')}</p>`]
    : []),
];
