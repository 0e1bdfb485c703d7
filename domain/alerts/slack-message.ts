import type { Alert } from './alert.ts';
import { escapedHtml } from '../escaped-html.ts';

const SIGNS = { warning: ':warning:', critical: ':rotating_light:', emergency: ':fire:' };
const MAX_HEADER_CHARACTERS = 150;
const MAX_TEXT_CHARACTERS = 3_000;

/**
 * An alert as Block Kit for an incoming webhook.
 * Limits as in Slack's reference of blocks: 150 characters in a header, 3 000 in a section.
 */
export function slackMessageOf(alert: Alert) {
  const { severity, subject, body, scope, scopeId, organizationId, atMs } = alert;
  return {
    // Shown where blocks are not, as in notifications.
    text: escapedHtml(subject),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: subject.slice(0, MAX_HEADER_CHARACTERS) },
      },
      { type: 'section', text: { type: 'mrkdwn', text: fenced(body) } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: escapedHtml(
              `${SIGNS[severity]} ${severity} | ${scope} ${scopeId} of ${organizationId} | ${new Date(atMs).toISOString()}`,
            ),
          },
        ],
      },
    ],
  };
}

/** Within a fence nothing is markup, so that no name in an alert mentions or links anything. */
function fenced(body: string): string {
  const inner = escapedHtml(body.replaceAll('```', "'''"));
  const room = MAX_TEXT_CHARACTERS - '```\n\n```'.length;
  return `\`\`\`\n${inner.length <= room ? inner : `${inner.slice(0, room - 3)}...`}\n\`\`\``;
}
