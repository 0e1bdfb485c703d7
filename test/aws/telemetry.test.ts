import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LOG_LINE_FIELDS, type Telemetry } from '../../contracts/telemetry.ts';

const written: string[] = [];

beforeEach(() => {
  written.length = 0;
  // The logger then writes to the console of this process, where it can be read.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const method of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => void written.push(line));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function lineOf(log: (telemetry: Telemetry) => void): Promise<Record<string, unknown>> {
  vi.resetModules();
  const { telemetry } = await import('../../aws/telemetry.ts');
  log(telemetry);
  return JSON.parse(written.at(-1) ?? '{}');
}

test('a fact takes no field of the log line, whatever its name', async () => {
  const facts = Object.fromEntries(LOG_LINE_FIELDS.map((name) => [name, 'taken']));
  const plain = await lineOf((telemetry) => telemetry.warn('BREACH_RAISED'));
  const line = await lineOf((telemetry) => telemetry.warn('BREACH_RAISED', facts));
  expect(line).toMatchObject({ level: 'WARN', message: 'BREACH_RAISED', code: 'BREACH_RAISED' });
  for (const name of LOG_LINE_FIELDS.filter((field) => field !== 'timestamp')) {
    expect(line[name], name).toEqual(plain[name]);
    expect(line[`fact_${name}`]).toBe('taken');
  }
});

test('an error keeps its level and its code beside its facts', async () => {
  const facts = { error: new Error('broken'), level: 'emergency', amount: 5n } as never;
  const line = await lineOf((telemetry) => telemetry.error('ALERT_NOT_SENT', facts));
  expect(line).toMatchObject({
    level: 'ERROR',
    code: 'ALERT_NOT_SENT',
    fact_level: 'emergency',
    amount: '5',
    error: { message: 'broken' },
  });
});
