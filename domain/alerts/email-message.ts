import type { Alert } from './alert.ts';
import { escapedHtml } from '../escaped-html.ts';

export type EmailMessage = { subject: string; text: string; html: string };

const COLORS = { warning: '#b7791f', critical: '#c05621', emergency: '#c53030' };

/** An alert as e-mail: plain text, and the same words in simple HTML. */
export function emailMessageOf({ severity, subject, body }: Alert): EmailMessage {
  return {
    subject,
    text: body,
    html: [
      '<!doctype html><html><body style="font-family:sans-serif">',
      `<p style="color:${COLORS[severity]};font-weight:bold">${escapedHtml(subject)}</p>`,
      `<pre style="white-space:pre-wrap">${escapedHtml(body)}</pre>`,
      '</body></html>',
    ].join('\n'),
  };
}
