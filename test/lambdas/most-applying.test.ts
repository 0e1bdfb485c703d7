import { describe, expect, it } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { putBook } from '../support/stored.ts';

const { ask, ok, store } = deployedDesk();

const PERIODS = ['daily', 'weekly', 'monthly', 'total'];

const put = (organizationId: string, scope: string, scopeId: string, period: string) =>
  ask('PUT /v1/budgets/{scope}/{scopeId}/{period}', {
    organizationId,
    params: { scope, scopeId, period },
    body: { limitUsd: '1' },
  });
const remove = (organizationId: string, scope: string, scopeId: string, period: string) =>
  ok('DELETE /v1/budgets/{scope}/{scopeId}/{period}', {
    organizationId,
    params: { scope, scopeId, period },
  });
const setDefault = (organizationId: string, owner: object, budgets: object) =>
  ask('PUT /v1/defaults/{scope}/{scopeId}/{member}', {
    organizationId,
    params: { ...owner, member: 'user' },
    body: { budgets },
  });

async function fill(organizationId: string): Promise<void> {
  for (const period of PERIODS) {
    expect((await put(organizationId, 'user', 'ada', period)).status).toBe(200);
    expect((await put(organizationId, 'department', 'research', period)).status).toBe(200);
  }
}

describe('at most eight budgets apply to a request', () => {
  it('so a ninth is refused when it is set, with the budgets that would apply', async () => {
    const organizationId = 'nine';
    await fill(organizationId);
    const refused = await put(organizationId, 'system', 'relaycore', 'daily');
    expect(refused.status, refused.text).toBe(400);
    expect(refused.text).toContain('would let 9 budgets apply to one request');
    expect(refused.text).toContain('user: daily, weekly, monthly, total');
    expect(refused.text).toContain('system: daily');
    // The same budget with another limit adds none, and one of another user applies to other requests.
    expect((await put(organizationId, 'user', 'ada', 'daily')).status).toBe(200);
    expect((await put(organizationId, 'user', 'bob', 'daily')).status).toBe(200);
    await remove(organizationId, 'user', 'ada', 'daily');
    expect((await put(organizationId, 'system', 'relaycore', 'daily')).status).toBe(200);
    expect((await put(organizationId, 'user', 'ada', 'daily')).status).toBe(400);
  });

  it('however many are set at once', async () => {
    const organizationId = 'at-once';
    await fill(organizationId);
    await remove(organizationId, 'user', 'ada', 'daily');
    const answers = await Promise.all([
      put(organizationId, 'system', 'relaycore', 'daily'),
      put(organizationId, 'model', 'anthropic.claude-opus-4-6-v1', 'daily'),
      put(organizationId, 'organization', organizationId, 'daily'),
      put(organizationId, 'user', 'ada', 'daily'),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
  });

  it('with the default budgets of members among them', async () => {
    const organizationId = 'with-defaults';
    const organization = { scope: 'organization', scopeId: organizationId };
    const research = { scope: 'department', scopeId: 'research' };
    const limit = { limitUsd: '1' };
    for (const period of PERIODS) {
      await put(organizationId, 'department', 'research', period);
      if (period !== 'total') await put(organizationId, 'system', 'relaycore', period);
    }
    expect((await setDefault(organizationId, organization, { daily: limit })).status).toBe(200);
    const refused = await setDefault(organizationId, research, { monthly: limit });
    expect(refused.status, refused.text).toBe(400);
    expect(refused.text).toContain('user: monthly, daily');
    // A department's daily default takes the place of the organization's.
    expect((await setDefault(organizationId, research, { daily: limit })).status).toBe(200);
    expect((await put(organizationId, 'user', 'ada', 'weekly')).status).toBe(400);
    expect((await put(organizationId, 'user', 'ada', 'daily')).status).toBe(200);
  });

  it('and tags count while they are listed, and stay listed while they have budgets', async () => {
    const organizationId = 'with-tags';
    const list = (tags: string[]) =>
      ask('PUT /v1/reports/tags', { organizationId, body: { tags } });
    await list(['project', 'customer']);
    await fill(organizationId);
    await remove(organizationId, 'user', 'ada', 'total');
    expect((await put(organizationId, 'tag:project', 'apollo', 'daily')).status).toBe(200);
    expect((await put(organizationId, 'tag:customer', 'acme', 'daily')).status).toBe(400);
    const refused = await list(['customer']);
    expect(refused.status, refused.text).toBe(400);
    expect(refused.text).toContain('must keep project, because tag:project has budgets');
    expect((await list(['project'])).status).toBe(200);
  });

  it('and more that are set already stay in force, and only further ones are refused', async () => {
    const organizationId = 'from-before';
    const nowMs = Date.now();
    const refs = [
      { scope: 'user', scopeId: 'ada' },
      { scope: 'organization', scopeId: organizationId },
      { scope: 'system', scopeId: 'relaycore' },
    ] as const;
    for (const ref of refs) {
      const common = {
        ...ref,
        limitNanoUsd: 1_000_000_000n,
        timeZone: 'UTC',
        enforcement: 'enforce' as const,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      };
      await putBook(store().db, organizationId, {
        ...ref,
        daily: { ...common, period: 'daily' },
        weekly: { ...common, period: 'weekly' },
        monthly: { ...common, period: 'monthly' },
        version: 1,
      });
    }
    const reserved = await ok('POST /v1/reservations', {
      organizationId,
      body: requestBy('ada'),
    });
    expect(reserved.json['budgets']).toHaveLength(9);
    expect((await put(organizationId, 'user', 'ada', 'daily')).status).toBe(200);
    expect((await put(organizationId, 'user', 'ada', 'total')).status).toBe(400);
    await remove(organizationId, 'user', 'ada', 'daily');
    expect((await put(organizationId, 'user', 'ada', 'daily')).status).toBe(400);
  });
});
