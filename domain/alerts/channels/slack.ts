import { slackMessageOf } from '../slack-message.ts';
import type { ChannelDefinition } from './definition.ts';

/** An incoming webhook; its URL is the secret. */
export type SlackSetting = { channel: 'slack'; url: string };

export const slack: ChannelDefinition<SlackSetting> = {
  targets: ({ channel, url }) => [{ channel, address: url }],
  shows: ({ url }) => ({ host: new URL(url).host, secrets: [url] }),
  render: (alert, { address }, { deployment }) => ({
    by: 'post',
    url: address,
    body: JSON.stringify(slackMessageOf(alert, deployment)),
  }),
  readBy: 'people',
};
