import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashApiKey } from '../../contracts/server/api-key-text.ts';
import { seedOrganization } from '../../services/seed-organization.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { openKeyDesk } from '../support/key-desk.ts';
import { tableLines } from '../support/table-lines.ts';

let store: EmbeddedStore;
let desk: ReturnType<typeof openKeyDesk>;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  desk = openKeyDesk(store.db);
});
afterAll(() => store.close());

describe('the texts of keys', () => {
  it('appear only in the answer that created them; their hashes in no answer', async () => {
    await desk.admin();
    const { key, keyId } = await desk.create();
    await desk.passes(key);
    const next = String((await desk.rotate(keyId, 24)).json['key']);
    await desk.passes(next);
    const answers = [
      await desk.ask('GET /v1/keys'),
      // Sent in place of an ID, and in place of a name.
      await desk.revoke(next),
      await desk.rotate(next, 0),
      await desk.ask('POST /v1/keys', { body: { name: 'x', role: next } }),
      await desk.revoke(keyId),
      await desk.ask('GET /v1/keys'),
    ].map(({ text }) => text);
    const stored = await tableLines(store.db);
    const said = JSON.stringify(desk.telemetry.lines);
    for (const text of [key, next]) {
      const secret = text.split('_').at(-1) ?? '';
      expect(secret).toHaveLength(49);
      for (const place of [said, ...stored, ...answers]) expect(place).not.toContain(secret);
      for (const place of [said, ...answers]) expect(place).not.toContain(hashApiKey(text));
      const audited = stored.filter((line) => line.startsWith('audit-log '));
      for (const place of audited) expect(place).not.toContain(hashApiKey(text));
    }
  });

  it('come into force with an entry in the audit log, however many at once', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => desk.create()));
    await Promise.all(made.slice(0, 6).map(({ keyId }) => desk.revoke(keyId)));
    const { entries } = await desk.audit.list(desk.organizationId, {}, { limit: 100 });
    const said = entries.map(({ action, target }) => `${action} ${target}`).toSorted();
    const done = [
      ...made.map(({ keyId }) => `key.create key/${keyId}`),
      ...made.slice(0, 6).map(({ keyId }) => `key.revoke key/${keyId}`),
    ];
    expect(said).toEqual(done.toSorted());
  });
});

describe('presenting a key', () => {
  it('costs half a read unit and one for the settings of ids, a write unit once an hour, nothing where it is mistyped', async () => {
    const { key } = await desk.create();
    const consumed = async (text: string) => {
      store.takeConsumed();
      await desk.passes(text);
      return store.takeConsumed();
    };
    expect(await consumed(key.slice(0, -1))).toEqual({ readUnits: 0, writeUnits: 0 });
    expect(await consumed(key)).toEqual({ readUnits: 1.5, writeUnits: 1 });
    expect(await consumed(key)).toEqual({ readUnits: 1.5, writeUnits: 0 });
  });
});

describe('the keys that a local run begins with', () => {
  const seed = (key: string) =>
    seedOrganization(
      desk.keys,
      desk.organizationId,
      [{ keyId: 'local-admin', key, role: 'admin' }],
      desk.clock.nowMs,
    );

  it('are any text, are listed, and stay revoked', async () => {
    await seed('demo');
    await seed('demo');
    expect(await desk.contextOf('demo')).toMatchObject({ actor: 'local-admin', role: 'admin' });
    expect(await desk.listed()).toMatchObject([{ keyId: 'local-admin', state: 'active' }]);
    expect((await desk.revoke('local-admin')).status).toBe(409);
    await seed('another');
    expect([await desk.passes('demo'), await desk.passes('another')]).toEqual([false, true]);
    await desk.admin();
    expect((await desk.revoke('local-admin')).status).toBe(200);
    await seed('another');
    expect(await desk.passes('another')).toBe(false);
  });
});
