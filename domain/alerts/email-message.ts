import type { EmailMessage } from '../letters/letter.ts';
import type { Alert } from './alert.ts';
import { endsIncident } from './alert-end.ts';
import { letterParts, mailFooter, mailPage, mailTitle, shownText } from '../letters/mail-html.ts';
import { unlinkedText } from '../unlinked-text.ts';
import { type Deployment, placeText, titleOf } from '../letters/deployment.ts';

/** The color of what is over. */
const CALM = '#2f855a';
const COLORS = { warning: '#b7791f', critical: '#c05621', emergency: '#c53030' };

/** An alert as e-mail: plain text, and the same words as simple HTML. No id in it becomes a link. */
export function emailMessageOf(
  { kind, isEnd, severity, subject, body, letter }: Alert,
  deployment: Deployment,
): EmailMessage {
  const color = endsIncident({ kind, isEnd }) ? CALM : COLORS[severity];
  const place = placeText(deployment);
  return {
    subject: titleOf(subject, deployment),
    text: unlinkedText(`${body}\n\n${place}`),
    html: mailPage([
      mailTitle(subject, color),
      ...(letter
        ? letterParts(letter, color)
        : [`<pre style="white-space:pre-wrap">${shownText(body)}</pre>`]),
      mailFooter(place),
    ]),
  };
}
