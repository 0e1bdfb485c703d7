import { describe, expect, test } from 'vitest';
import {
  baselineDays,
  billOf,
  canHaveNews,
  firstDayOf,
  isUsualSpender,
  largeSpenders,
  recentDays,
  type SpentDay,
} from '../../../domain/anomalies/new-spender.ts';
import {
  followNews,
  isTold,
  keptNews,
  type SpenderNews,
} from '../../../domain/anomalies/spender-news.ts';
import {
  fallenAsRisen,
  isSameMoney,
  replaces,
  usesOf,
} from '../../../domain/anomalies/spender-use.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { addDays } from '../../../domain/periods.ts';
import { postingWith } from '../../support/postings.ts';

const DAY = '2026-11-20';
const usd = (amount: number): bigint =>
  BigInt(Math.round(amount * 1_000)) * (NANO_PER_USD / 1_000n);
const daysOf = (days: readonly string[], amount: number): SpentDay[] =>
  days.map((day) => ({ day, costNanoUsd: usd(amount) }));
const old = daysOf([...baselineDays(DAY), ...recentDays(DAY)], 100);
const bill = billOf(old, DAY);

test('28 days end a week before the judged day', () => {
  expect(baselineDays(DAY)).toHaveLength(28);
  expect([baselineDays(DAY)[0], baselineDays(DAY).at(-1)]).toEqual(['2026-10-17', '2026-11-13']);
  expect([recentDays(DAY)[0], recentDays(DAY).at(-1)]).toEqual(['2026-11-14', DAY]);
});

test('a quiet day is measured by its week', () => {
  const quiet = old.map((item) => (item.day === DAY ? { ...item, costNanoUsd: usd(1) } : item));
  const sunday = billOf(quiet, DAY);
  expect(sunday.dayNanoUsd).toBe(usd(1));
  const ada = { dimension: 'user', value: 'ada', costNanoUsd: usd(1) } as const;
  expect(largeSpenders([ada], sunday)).toEqual([]);
});

describe('an organization has news', () => {
  test.each([
    ['with 35 days', old, true],
    ['on workdays only', old.filter(({ day }) => new Date(day).getUTCDay() % 6 !== 0), true],
    ['not with 27 days of history', old.filter(({ day }) => day > '2026-10-24'), false],
    [
      'not below a dollar a day',
      daysOf(
        old.map(({ day }) => day),
        0.999,
      ),
      false,
    ],
    [
      'from a dollar a day on',
      daysOf(
        old.map(({ day }) => day),
        1,
      ),
      true,
    ],
    [
      'not if it began in earnest this week',
      [...daysOf(baselineDays(DAY), 0.9), ...daysOf(recentDays(DAY), 100)],
      false,
    ],
    [
      'not after a pause of most days',
      [...daysOf(baselineDays(DAY).slice(0, 13), 100), ...daysOf(recentDays(DAY), 100)],
      false,
    ],
  ])('%s', (_, days, expected) => {
    expect(canHaveNews(days, billOf(days, DAY))).toBe(expected);
  });
});

test('a fifth of the bill is large, and requests without a department are nobody', () => {
  const sum = (value: string, amount: number) =>
    ({ dimension: 'department', value, costNanoUsd: usd(amount) }) as const;
  const sums = [sum('a', 20), sum('b', 19.999), sum('(none)', 60)];
  expect(largeSpenders(sums, bill).map(({ value }) => value)).toEqual(['a']);
});

test.each([
  ['nothing', [], false],
  ['just below 1 % a day', daysOf(baselineDays(DAY), 0.999), false],
  ['1 % a day', daysOf(baselineDays(DAY), 1), true],
  ['3 % once', daysOf(['2026-10-20'], 3.1), true],
  ['less than 3 % once', daysOf(['2026-10-20'], 3), false],
])('a spender is usual after %s', (_, days, expected) => {
  expect(isUsualSpender(days, bill)).toBe(expected);
});

test('the first day is the first with a hundredth of the bill', () => {
  const days = [...daysOf(['2026-11-16'], 0.5), ...daysOf(['2026-11-17', '2026-11-18', DAY], 2)];
  expect(firstDayOf(days, bill)).toBe('2026-11-17');
  expect(firstDayOf([], bill)).toBe(DAY);
});

const news: SpenderNews = {
  dimension: 'system',
  value: 'agent',
  firstDay: '2026-11-18',
  day: DAY,
  costNanoUsd: usd(30),
  billNanoUsd: usd(100),
  joined: [{ dimension: 'user', value: 'bot' }],
  uses: [],
  lastDay: DAY,
};

describe('news', () => {
  const after = (days: number, amount: number, item = news) =>
    followNews(item, usd(amount), { ...bill, day: addDays(DAY, days) });

  test('ends when it took less than 5 % for a week', () => {
    expect(after(6, 4.9).ended).toBeUndefined();
    expect(after(7, 4.9).ended).toEqual({ day: '2026-11-27', why: 'fell' });
    expect(after(7, 4.9, after(3, 5)).ended).toBeUndefined();
    expect(after(10, 4.9, after(3, 5)).ended?.why).toBe('fell');
  });
  test('ends after four weeks at the latest', () => {
    expect(after(25, 30).ended).toBeUndefined();
    expect(after(26, 30).ended).toEqual({ day: '2026-12-16', why: 'usual' });
    expect(after(27, 0, after(26, 30)).ended?.day).toBe('2026-12-16');
  });
  test('is not told again, by any of its names, while it lasts or is recent', () => {
    const ended = { ...news, ended: { day: '2026-11-27', why: 'fell' } } as const;
    const bot = { dimension: 'user', value: 'bot' } as const;
    expect(isTold([news], bot, '2027-03-01')).toBe(true);
    expect(isTold([ended], bot, '2026-12-22')).toBe(true);
    expect(isTold([ended], bot, '2026-12-23')).toBe(false);
    expect(isTold([news], { ...bot, value: 'ada' }, DAY)).toBe(false);
  });
  test('leaves after two months', () => {
    expect(keptNews([news], '2027-01-18')).toEqual([news]);
    expect(keptNews([news], '2027-01-19')).toEqual([]);
  });
});

describe('what a spender uses', () => {
  const records = [
    postingWith({ amountNanoUsd: usd(9), userId: 'bot', model: 'big', departmentId: undefined }),
    postingWith({ amountNanoUsd: usd(1), userId: 'ada', model: 'small', departmentId: undefined }),
  ];
  const uses = usesOf(records, 'system');

  test('is the value with most of the cost in each other dimension', () => {
    expect(uses).toEqual([
      { dimension: 'user', value: 'bot', percent: 90 },
      { dimension: 'model', value: 'big', percent: 90 },
      { dimension: 'operation', value: 'chat', percent: 100 },
    ]);
    expect(usesOf([], 'user')).toEqual([]);
  });
  test('tells the same money under another name', () => {
    const first = { costNanoUsd: usd(10), uses };
    const other = { dimension: 'user', value: 'bot' } as const;
    expect(isSameMoney(first, { ...other, costNanoUsd: usd(9.5) })).toBe(true);
    expect(isSameMoney(first, { ...other, costNanoUsd: usd(12) })).toBe(false);
    expect(isSameMoney(first, { ...other, value: 'ada', costNanoUsd: usd(10) })).toBe(false);
  });
  test('must be the same for one to replace another', () => {
    expect(replaces('system', uses, usesOf(records, 'model'))).toBe(true);
    expect(replaces('system', uses, usesOf(records.slice(1), 'model'))).toBe(false);
    expect(replaces('system', [], [])).toBe(false);
  });
});

test('the fallen lost half of theirs, and about what another gained, the nearest first', () => {
  const model = (value: string, before: bigint, now: bigint) =>
    ({ dimension: 'model', value, before, now }) as const;
  const risen = { dimension: 'model', value: 'new', requests: 90n } as const;
  const others = [
    model('half', 100n, 40n),
    model('all', 100n, 10n),
    model('less', 200n, 110n),
    model('few', 50n, 0n),
    model('new', 90n, 0n),
    model('many', 200n, 10n),
  ];
  expect(fallenAsRisen(risen, others).map(({ value }) => value)).toEqual(['all', 'half']);
});
