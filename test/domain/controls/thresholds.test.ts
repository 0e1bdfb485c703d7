import { describe, expect, test } from 'vitest';
import {
  faultsOfLevels,
  limitText,
  severityOf,
  type ThresholdLevel,
} from '../../../domain/controls/thresholds.ts';
import { BUILT_IN } from '../../../domain/controls/built-in-levels.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';

const textOf = ({ name, period, action, tier, spares, ...limit }: ThresholdLevel): string =>
  [name, period, limitText(limit), action, tier, spares]
    .filter((part) => part !== undefined)
    .join(' ');
const builtIn = (scope: keyof typeof BUILT_IN): string[] => BUILT_IN[scope].map(textOf);

const ALERTS = [
  'warning daily amount:5.000000000 alert',
  'critical daily amount:10.000000000 alert',
  'emergency daily amount:25.000000000 alert',
];

describe('levels that nobody has configured', () => {
  test('stop one user, and tell only about what many share', () => {
    expect(builtIn('user')).toEqual([
      'warning daily amount:5.000000000 alert',
      'critical daily amount:10.000000000 throttle',
      'emergency daily amount:25.000000000 shutdown',
    ]);
    expect(builtIn('department')).toEqual(ALERTS);
    expect(builtIn('system')).toEqual(ALERTS);
    expect(builtIn('model')).toEqual([]);
  });

  test('slow an organization down by what it spends in an hour', () => {
    expect(builtIn('organization')).toEqual([
      ...ALERTS,
      'warning hourly amount:100.000000000 throttle 1 high',
      'critical hourly amount:200.000000000 throttle 1 critical',
      'emergency hourly amount:1000.000000000 throttle 3',
    ]);
  });
});

const level = (over: object): ThresholdLevel => ({
  name: 'warning',
  period: 'daily',
  action: 'alert',
  amountNanoUsd: NANO_PER_USD,
  ...over,
});
const percent = (percentHundredths: number, over: object): ThresholdLevel => {
  const { amountNanoUsd: _, ...rest } = level(over) as ThresholdLevel & { amountNanoUsd: bigint };
  return { ...rest, percentHundredths };
};

describe('levels that are given together', () => {
  test.each<[what: string, levels: ThresholdLevel[]]>([
    ['rise', [level({}), level({ name: 'critical', amountNanoUsd: NANO_PER_USD + 1n })]],
    [
      'rise in any order',
      [level({ name: 'emergency', amountNanoUsd: 9n * NANO_PER_USD }), level({})],
    ],
    ['of other periods', [level({}), level({ period: 'monthly' }), level({ period: 'hourly' })]],
    ['of other units', [level({}), percent(1, { name: 'critical' })]],
    [
      'throttle with tier and spared severity',
      [level({ action: 'throttle', tier: 2, spares: 'high' })],
    ],
  ])('are taken where they %s', (_, levels) => {
    expect(faultsOfLevels(levels)).toEqual([]);
  });

  test.each<[message: string, position: number, levels: ThresholdLevel[]]>([
    [
      '"critical" must have a higher limit than "warning"',
      1,
      [level({}), level({ name: 'critical' })],
    ],
    [
      '"critical" must have a higher limit than "warning"',
      1,
      [percent(80, {}), percent(80, { name: 'critical' })],
    ],
    [
      '"emergency" must have a higher limit than "critical"',
      0,
      [level({ name: 'emergency' }), level({ name: 'critical', amountNanoUsd: 2n * NANO_PER_USD })],
    ],
    ['the daily level "warning" is listed twice', 1, [level({}), level({})]],
    [
      'an hourly level needs an amount, because no budget is hourly',
      0,
      [percent(80, { period: 'hourly' })],
    ],
    ['tier and spares require the action "throttle"', 0, [level({ tier: 1 })]],
    ['tier and spares require the action "throttle"', 0, [level({ spares: 'high' })]],
  ])('are refused: %s', (message, position, levels) => {
    expect(faultsOfLevels(levels)).toEqual([{ position, message }]);
  });
});

test('levels rank by severity, and their limits read as they are identified', () => {
  expect((['warning', 'critical', 'emergency'] as const).map(severityOf)).toEqual([0, 1, 2]);
  expect(limitText({ percentHundredths: 8_050 })).toBe('percent:80.50');
});
