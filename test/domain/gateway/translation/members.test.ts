import { describe, expect, it } from 'vitest';
import rows from './members.json' with { type: 'json' };
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';
import { converseFaults } from '../../../support/converse-rules.ts';

type Api = 'chat' | 'messages' | 'responses';

const LEAST: Record<Api, JsonObject> = {
  chat: { model: 'amazon.nova-pro-v1:0', messages: [{ role: 'user', content: 'Hi' }] },
  messages: {
    model: 'amazon.nova-pro-v1:0',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'Hi' }],
  },
  responses: { model: 'amazon.nova-pro-v1:0', input: 'Hi' },
};
/** Members of a client's request, and what Converse gets for them. */
type Row = { api: Api; title: string; members: JsonObject; body: JsonObject };

describe('members of a request', () => {
  it.each(rows as Row[])('$api: $title', ({ api, members, body }) => {
    const translated = translationTo(api).request({ ...LEAST[api], ...members });
    expect(translated).toEqual({ ok: true, body });
    if (translated.ok) expect(converseFaults(translated.body)).toEqual([]);
  });
});
