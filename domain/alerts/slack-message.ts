import type { Alert } from './alert.ts';
import { escapedHtml } from '../escaped-html.ts';
import { unlinkedText } from '../unlinked-text.ts';
import { type Deployment, placeText, titleOf } from '../letters/deployment.ts';
import { minuteText } from './when-text.ts';

const SIGNS = { warning: ':warning:', critical: ':rotating_light:', emergency: ':fire:' };
/** Limits from Slack's block reference. */
const MAX_HEADER_CHARACTERS = 150;
const MAX_TEXT_CHARACTERS = 3_000;
const MAX_BLOCKS = 50;
/** The header, the full subject, and the context. */
const OTHER_BLOCKS = 3;
const FENCE = '```\n\n```'.length;

/**
 * An alert as Block Kit for an incoming webhook. Text is escaped or plain, Slack is told not to
 * look for links or names, and anything that looks like a link is broken up. A long text takes
 * several blocks, whole lines each; if they do not suffice, the last says how many lines are left
 * out.
 */
export function slackMessageOf(alert: Alert, deployment: Deployment) {
  const { severity, atMs } = alert;
  const subject = unlinkedText(titleOf(alert.subject, deployment));
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const;
  const markdown = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const;
  return {
    // Shown wherever Slack shows no blocks, such as in notifications.
    text: escapedHtml(subject),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(startOf(subject, MAX_HEADER_CHARACTERS)) },
      ...(subject.length > MAX_HEADER_CHARACTERS
        ? [{ type: 'section', text: plain(startOf(subject, MAX_TEXT_CHARACTERS)) }]
        : []),
      ...fencedParts(alert.body).map((text) => ({ type: 'section', text: markdown(text) })),
      {
        type: 'context',
        elements: [
          markdown(`${SIGNS[severity]} ${severity}`),
          plain(unlinkedText(`${minuteText(atMs)} | ${placeText(deployment)}`)),
        ],
      },
    ],
  };
}

/** The first characters of a text; a longer one ends in an ellipsis. */
const startOf = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;

/** Slack ignores markup inside a fence, so no name in an alert becomes a mention or a link. */
function fencedParts(body: string): string[] {
  const lines = unlinkedText(body.replaceAll('```', "'''")).split('\n').map(escapedLine);
  const parts: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (line.length + 1 > room) {
      parts.push([]);
      room = MAX_TEXT_CHARACTERS - FENCE;
    }
    parts.at(-1)?.push(line);
    room -= line.length + 1;
  }
  const shown = parts.slice(0, MAX_BLOCKS - OTHER_BLOCKS - 1);
  const hidden = parts.slice(shown.length).flat().length;
  return [
    ...shown.map((part) => `\`\`\`\n${part.join('\n')}\n\`\`\``),
    ...(hidden > 0 ? [`${hidden} more lines are left out. See \`GET /v1/breaches\`.`] : []),
  ];
}

/** A line of at most one block; escaped without a half entity at its end. */
function escapedLine(line: string): string {
  const escaped = escapedHtml(line);
  const most = MAX_TEXT_CHARACTERS - FENCE - 1;
  return escaped.length <= most
    ? escaped
    : `${escaped.slice(0, most - 1).replace(/&[a-z]*$|[\uD800-\uDBFF]$/u, '')}…`;
}
