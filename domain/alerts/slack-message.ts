import type { Alert } from './alert.ts';
import { escapedHtml } from '../escaped-html.ts';
import { shownId } from '../scopes.ts';
import { unlinkedText } from '../unlinked-text.ts';

const SIGNS = { warning: ':warning:', critical: ':rotating_light:', emergency: ':fire:' };
const MAX_HEADER_CHARACTERS = 150;
const MAX_TEXT_CHARACTERS = 3_000;

/**
 * An alert as Block Kit for an incoming webhook. Text is escaped or plain, Slack is told not to
 * look for links or names, and anything that looks like a link is broken up. Limits from Slack's
 * block reference: 150 characters in a header, 3,000 in a section.
 */
export function slackMessageOf(alert: Alert) {
  const { severity, scope, organizationId, atMs } = alert;
  const subject = unlinkedText(alert.subject);
  return {
    // Shown wherever Slack shows no blocks, such as in notifications.
    text: escapedHtml(subject),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: 'header',
        text: {
          type: 'plain_text',
          text: subject.slice(0, MAX_HEADER_CHARACTERS),
          emoji: false,
        },
      },
      { type: 'section', text: { type: 'mrkdwn', text: fenced(alert.body), verbatim: true } },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: `${SIGNS[severity]} ${severity}`, verbatim: true },
          {
            type: 'plain_text',
            text: unlinkedText(
              `${scope} ${shownId(alert)} of ${organizationId} | ${new Date(atMs).toISOString()}`,
            ),
            emoji: false,
          },
        ],
      },
    ],
  };
}

/** Slack ignores markup inside a fence, so no name in an alert becomes a mention or a link. */
function fenced(body: string): string {
  const inner = escapedHtml(unlinkedText(body.replaceAll('```', "'''")));
  const room = MAX_TEXT_CHARACTERS - '```\n\n```'.length;
  return `\`\`\`\n${inner.length <= room ? inner : `${inner.slice(0, room - 3)}...`}\n\`\`\``;
}
