import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AlertKind, ALERT_KINDS } from '../../../domain/alerts/alert.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** They come with the watch over capacity. */
type ToCome = 'performance_degraded' | 'optimization_applied';

/** What writes an alert of each kind; `alert-ends.test.ts` proves how each ends. */
const WRITERS: Record<Exclude<AlertKind, ToCome>, string> = {
  threshold_crossed: 'breachGroupAlertOf',
  spend_rate_exceeded: 'breachGroupAlertOf',
  projected_limit_exceeded: 'projectionAlertOf',
  anomaly_detected: 'anomalyAlertOf',
  step_detected: 'stepAlertOf',
  pattern_changed: 'patternAlertOf',
  new_spender: 'newSpenderAlertOf',
  control_applied: 'controlAlertOf',
  control_ended: 'controlAlertOf',
  cost_deviates: 'deviationAlertOf',
  override_requested: 'overrideAlertOf',
  override_decided: 'overrideAlertOf',
  prices_changed: 'priceAlertOf',
};

const services = globSync('services/**/*.ts', { cwd: ROOT }).map((file) =>
  readFileSync(join(ROOT, file), 'utf8'),
);

test.each(Object.entries(WRITERS))('%s is written and published by a service', (_, writer) => {
  const call = new RegExp(String.raw`\b${writer}\(`);
  const producers = services.filter(
    (code) => call.test(code) && /\bpublish(?:Quietly)?\(/.test(code),
  );
  expect(producers.length).toBeGreaterThan(0);
});

test('only the kinds of the watch over capacity have no producer yet', () => {
  expect(ALERT_KINDS.filter((kind) => !Object.hasOwn(WRITERS, kind))).toEqual([
    'performance_degraded',
    'optimization_applied',
  ]);
});
