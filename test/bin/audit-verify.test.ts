import { stores } from '../../composition/stores.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainOf } from '../../domain/audit/audit-entry.ts';
import { auditLogTable, chainKey, sha256 } from '../../tables/audit-log/items.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { runScript } from '../support/run-script.ts';

let store: EmbeddedStore;
let folder: string;
let logFile: string;
beforeAll(async () => {
  store = await startEmbeddedStore();
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
  logFile = join(folder, 'flags.log');
  const telemetry = silentTelemetry();
  const log = stores(store.db, { telemetry }).audit;
  for (const number of [1, 2, 3]) {
    await log.record({
      organizationId: 'acme',
      actor: 'key-1',
      action: 'flag.put',
      target: 'throttling',
      after: { rolloutPercent: number },
      atMs: Date.parse('2026-11-21T10:00:00Z') + number,
    });
  }
  const lines = telemetry.lines.map(({ code, facts }) =>
    JSON.stringify({ level: 'INFO', message: code, code, ...(facts as object) }),
  );
  await writeFile(logFile, ['a line of something else', ...lines, ''].join('\n'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const verify = (...args: string[]) =>
  runScript('audit:verify', [...args, '--endpoint', store.endpoint, '--prefix', store.tablePrefix]);

describe('npm run audit:verify', () => {
  test('prints what it checked, and that it holds', async () => {
    const { code, stdout } = await verify('--log', logFile);
    expect(stdout).toMatch(/chains +1\ndays +1\nentries +3\nlog lines +3\n.*is intact/s);
    expect(code).toBe(0);
  });

  test('prints the first broken link with its place', async () => {
    const chain = chainOf('throttling', sha256);
    const key = { pk: chainKey('acme', chain), sk: '2026-11-21#000000002' };
    const table = auditLogTable.name;
    const item = await store.db.get({ table, key });
    await store.db.write({ kind: 'put', table, item: { ...item, ...key, actor: 'nobody' } });
    const { code, stdout } = await verify();
    expect(stdout).toContain(`BROKEN acme chain ${chain} 2026-11-21#000000002 was altered`);
    expect(stdout).toContain(`in 1 places. The first is acme chain ${chain} 2026-11-21#000000002`);
    expect(code).toBe(1);
    expect((await verify('--organization', 'other')).code).toBe(0);
    expect((await verify('--to', '2026-11-21')).code).toBe(0);
  });

  test.each([
    [['--from', 'monday'], '--from must be a day'],
    [['--log', 'no-such-file'], 'Cannot read no-such-file'],
    [['everything'], '"everything" is not understood'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await verify(...args);
    expect(stderr).toContain(message);
    expect(code).toBeGreaterThan(0);
  });

  test('names a log whose last line was cut', async () => {
    const half = join(folder, 'half.log');
    await writeFile(half, '{"level":"INFO","code":"AUDIT_RECORDED","organ');
    const { code, stderr } = await verify('--log', half);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\S+half.log contains an unreadable line: \{"level"/);
  });
});
