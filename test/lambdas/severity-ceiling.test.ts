import { describe, expect, test } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';

const RESERVE = 'POST /v1/reservations';
const CONTROLS = 'POST /v1/controls';

const { ask, ok } = deployedDesk();

describe('severity above the ceiling of a key', () => {
  test('is lowered, and every answer says so', async () => {
    const organizationId = 'severe';
    const control = {
      scope: 'user',
      scopeId: 'ada',
      action: 'throttle',
      tier: 3,
      reason: 'a test',
    };
    await ok(CONTROLS, { organizationId, body: control });
    const body = requestBy('ada', { severity: 'critical' });
    const passing = await ok(RESERVE, { organizationId, body });
    expect(passing.headers).not.toHaveProperty('x-purser-severity');
    const limits = { severityCeiling: 'high' } as const;
    const barred = await ask(RESERVE, { organizationId, limits, body });
    expect(barred.status).toBe(429);
    expect(barred.json).toMatchObject({ code: 'control_in_force', severity: 'high' });
    expect(barred.headers).toMatchObject({ 'x-purser-severity': 'high' });
    const other = await ok(RESERVE, {
      organizationId,
      limits,
      body: requestBy('grace', { severity: 'critical' }),
    });
    expect(other.json).toMatchObject({ severity: 'high' });
    expect(other.headers).toMatchObject({ 'x-purser-severity': 'high' });
  });

  test('is what a key below the default gets', async () => {
    const asked = { organizationId: 'low', limits: { severityCeiling: 'low' } } as const;
    const { json } = await ok(RESERVE, { ...asked, body: requestBy('ada') });
    expect(json).toMatchObject({ severity: 'low' });
  });
});
