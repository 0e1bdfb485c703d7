import { expect, test } from 'vitest';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { fingerprint } from '../support/fingerprint.ts';

const definitions = Object.values(TABLE_DEFINITIONS);

/** A missing attribute would keep items forever; a wrong one would delete them early. */
test('items expire by these attributes', () => {
  const attributes = definitions.map((definition) => [
    definition.name,
    'timeToLiveAttribute' in definition ? definition.timeToLiveAttribute : null,
  ]);
  expect(Object.fromEntries(attributes)).toEqual({
    ledger: 'ttl',
    'suspense-items': null,
    'token-usage': 'expiresAtS',
    'token-analytics': 'expiresAtS',
    'usage-patterns': 'expiresAtS',
    'usage-samples': 'expiresAtS',
    'analytics-cache': 'ttl',
    'response-cache': 'ttl',
    'cost-thresholds': null,
    'threshold-breaches': null,
    'control-actions': null,
    'auto-control-config': 'expiresAtS',
    'cost-monitoring': 'expiresAtS',
    'alerting-config': null,
    'alert-deliveries': 'expiresAt',
    'rate-cards': null,
    models: null,
    'prompt-templates': null,
    providers: null,
    'endpoint-health': 'ttl',
    'predictor-artifacts': null,
    'api-keys': null,
    quotas: 'ttl',
    'audit-log': null,
    'member-defaults': null,
    directory: null,
    'display-names': null,
    'feature-flags': null,
    'organization-settings': null,
    'report-settings': null,
    'report-subscriptions': null,
    'report-exports': 'expiresAtS',
    jobs: 'expiresAtS',
    recommendations: null,
    benchmarks: null,
    'performance-metrics': 'ttl',
  });
});

/**
 * Keys, indexes and streams of a table with data cannot be changed in place, so a change needs a
 * migration plan.
 */
test('tables have the keys, indexes and streams that they were deployed with', () => {
  const prints = definitions.map((definition) => [definition.name, fingerprint(definition)]);
  expect(Object.fromEntries(prints)).toEqual({
    ledger: 'f93fe06a92838396',
    jobs: '0c98edf798ba747a',
    'suspense-items': '37737aa133f814e0',
    'token-usage': 'f1bfde30349ef2d8',
    'token-analytics': '6e80d726ed4795df',
    'usage-patterns': '43c6bfdd96d022d5',
    'usage-samples': 'ca242ea2bc62a51f',
    'analytics-cache': '7897102e79b8fbd3',
    'response-cache': '0e0170cee94b214a',
    'cost-thresholds': 'c4ccf65d6d41ac8c',
    'threshold-breaches': 'd375f6744e4df1f3',
    'control-actions': 'f6491e898d248ee1',
    'auto-control-config': 'e5f4b9cc9a618308',
    'cost-monitoring': 'ec2c9ec72a2b5a2f',
    'alerting-config': '7aa4d5388dfcf2c2',
    'alert-deliveries': '7185838268c407a0',
    'rate-cards': 'e2149b4b0802511c',
    models: 'debf66b5f27f083a',
    'prompt-templates': '21f96ff81c700dd6',
    providers: 'b873c2bf249601da',
    'endpoint-health': '51fce6266fff9ce6',
    'predictor-artifacts': 'cff96f97311e5735',
    'api-keys': '6e76d7c09761010e',
    quotas: 'd818baa3791cf43a',
    'audit-log': '502c791cc21be0f4',
    'member-defaults': 'bfecd93e5a7457dd',
    directory: '65c03375219c9eaf',
    'display-names': '142161150291cc25',
    'feature-flags': '725a7a828ef69a48',
    'organization-settings': 'afbefc13c2391a62',
    'report-settings': 'abb9853aed16e718',
    'report-subscriptions': '571a70450d3d3987',
    'report-exports': 'e5f68b1696824061',
    recommendations: '94e4e152aec70436',
    benchmarks: '41adb1c190486ae2',
    'performance-metrics': 'be7884f9a12c9cc1',
  });
});
