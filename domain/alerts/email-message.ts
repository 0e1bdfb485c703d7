import type { Alert } from './alert.ts';
import { escapedHtml } from '../escaped-html.ts';
import { unlinkedText } from '../unlinked-text.ts';

export type EmailMessage = { subject: string; text: string; html: string };

const COLORS = { warning: '#b7791f', critical: '#c05621', emergency: '#c53030' };

/** An alert as e-mail: plain text, and the same words as simple HTML. No id in it becomes a link. */
export function emailMessageOf({ severity, subject, body }: Alert): EmailMessage {
  const text = unlinkedText(body);
  return {
    subject,
    text,
    html: [
      '<!doctype html><html><body style="font-family:sans-serif">',
      `<p style="color:${COLORS[severity]};font-weight:bold">${escapedHtml(unlinkedText(subject))}</p>`,
      `<pre style="white-space:pre-wrap">${escapedHtml(text)}</pre>`,
      '</body></html>',
    ].join('\n'),
  };
}
