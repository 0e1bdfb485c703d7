import { describe, expect, it } from 'vitest';
import { type Anomaly, detectAnomalies } from '../../../domain/anomalies/detect-anomalies.ts';
import {
  countDetections,
  detectionFigures,
} from '../../../lab/evaluation/figures/anomaly-figures.ts';
import { generatedSpend, REQUESTS_A_DAY } from '../../../lab/evaluation/figures/generated-spend.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const HOURS = 6 * 168;

const drawn = (level: (hour: number) => number, hours = HOURS, seed = 4): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: hours }, (_, hour) => level(hour) * logNormalVariate(0.15, random));
};
/** Low at night, lower on weekends. */
const office = (hour: number): number =>
  (hour % 24 >= 8 && hour % 24 < 18 ? 100 : 10) * (hour % 168 >= 120 ? 0.3 : 1);

describe('anomalies of hours', () => {
  it('finds a jump in its second hour, and tells what was expected', () => {
    const [anomaly, ...more] = detectAnomalies(
      drawn((hour) => (hour >= 700 && hour < 710 ? 500 : 100)),
    );
    expect(more).toEqual([]);
    expect(anomaly).toMatchObject({ direction: 'above' });
    expect([700, 701]).toContain(anomaly?.from);
    expect([709, 710]).toContain(anomaly?.to);
    expect((anomaly?.actual ?? 0) / (anomaly?.expected ?? 1)).toBeCloseTo(5, 0);
  });

  it('finds what stops', () => {
    const anomalies = detectAnomalies(drawn((hour) => (hour >= 700 && hour < 712 ? 1 : 100)));
    expect(anomalies.map(({ direction }) => direction)).toEqual(['below']);
  });

  it('tells a burst from the outage that it made up for', () => {
    const series = drawn((hour) =>
      hour >= 700 && hour < 706 ? 0 : hour >= 710 && hour < 714 ? 900 : 100,
    );
    expect(detectAnomalies(series)).toMatchObject([
      { direction: 'below', from: 700, to: 705 },
      { direction: 'above', from: 710, to: 713 },
    ]);
  });

  it('knows nights and weekends after two weeks, and finds a busy night that by day were usual', () => {
    const learned = ({ from }: Anomaly): boolean => from >= 336;
    expect(detectAnomalies(drawn(office)).filter(learned)).toEqual([]);
    const night = 5 * 168 + 24 + 2;
    const anomalies = detectAnomalies(
      drawn((hour) => (hour >= night && hour < night + 6 ? 150 : office(hour))),
    ).filter(learned);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]?.basis).not.toBe('week');
  });

  it('takes a new level for usual after some days', () => {
    const anomalies = detectAnomalies(drawn((hour) => (hour >= 400 ? 300 : 100)));
    expect(anomalies).toHaveLength(1);
    expect((anomalies[0]?.to ?? Infinity) - 400).toBeLessThan(7 * 24);
  });

  it.each([
    ['an hour', 1, 8],
    ['half a day', 12, 5],
  ])('tells each of five equal spikes of %s that come irregularly', (_, width, factor) => {
    const starts = [28, 31, 36, 43, 45].map((day, index) => day * 24 + 8 + ((index * 5) % 7));
    const isSpike = (hour: number) => starts.some((from) => hour >= from && hour < from + width);
    const anomalies = detectAnomalies(
      drawn((hour) => office(hour) * (isSpike(hour) ? factor : 1), 50 * 24),
    ).filter(({ foundAt }) => foundAt >= 28 * 24);
    expect(anomalies).toHaveLength(5);
    for (const [index, from] of starts.entries()) {
      expect(anomalies[index]?.foundAt).toBeGreaterThanOrEqual(from);
      expect(anomalies[index]?.foundAt).toBeLessThan(from + width + 2);
    }
  });

  it.each([
    ['week', 168],
    ['day', 24],
  ])('takes a spike at the same hour of each %s for usual from the third on', (_, period) => {
    const first = 28 * 24 + 10;
    const isSpike = (hour: number) => hour >= first && (hour - first) % period === 0;
    const series = drawn((hour) => (isSpike(hour) ? 900 : 100), 64 * 24);
    const told = detectAnomalies(series).filter(({ direction }) => direction === 'above');
    expect(told.map(({ foundAt }) => foundAt)).toEqual(
      period === 24 ? [first] : [first, first + period],
    );
    const another = series.length - 40;
    series[another] = 900;
    expect(detectAnomalies(series).at(-1)?.foundAt).toBe(another);
  });

  it('hardly ever alarms for what is seldom used', () => {
    const random = seededRandom(9);
    const seldom = Array.from({ length: HOURS }, () => (random() < 0.05 ? 5 + random() : 0));
    expect(detectAnomalies(seldom).length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['busy hours', drawn((hour) => (hour % 331 < 5 ? 600 : office(hour)))],
    ['few requests', generatedSpend(30, 3, 2)[0]?.hours ?? []],
  ])('never looks ahead in %s', (_, series) => {
    const whole = detectAnomalies(series);
    expect(whole.length).toBeGreaterThan(0);
    for (let length = 200; length < series.length; length += 97) {
      const begun = detectAnomalies(series.slice(0, length)).map(({ foundAt }) => foundAt);
      expect(begun).toEqual(whole.map(({ foundAt }) => foundAt).filter((item) => item < length));
    }
  });

  it('bears gaps, nothing, and too little', () => {
    expect(detectAnomalies([])).toEqual([]);
    expect(detectAnomalies(Array<number>(400).fill(0))).toEqual([]);
    expect(detectAnomalies(drawn(() => 100, 20))).toEqual([]);
    const gaps = drawn(() => 100).map((value, hour) => (hour % 13 === 0 ? undefined : value));
    expect(detectAnomalies(gaps)).toEqual([]);
  });
});

describe('anomalies of days', () => {
  const spenders = REQUESTS_A_DAY.flatMap((requestsADay) => generatedSpend(requestsADay, 4, 5));

  it('are seen where hours are few or differ, with hardly a false alarm', () => {
    const counts = spenders.map((item) =>
      countDetections(
        item,
        detectAnomalies(item.hours).map(({ foundAt }) => foundAt),
      ),
    );
    const { recall, falsePerWeek } = detectionFigures(counts);
    expect(recall).toBeGreaterThan(70);
    expect(falsePerWeek).toBeLessThan(0.1);
  });

  it('tell what the day cost and what such days cost, and are one as long as they last', () => {
    const usual = (hour: number): number => (hour % 6 === 0 ? 10 : 0);
    const day = 30 * 24;
    const series = drawn((hour) => usual(hour) * (hour >= day && hour < day + 24 ? 6 : 1));
    const [anomaly, ...more] = detectAnomalies(series).filter(({ foundAt }) => foundAt >= 14 * 24);
    expect(more).toEqual([]);
    expect(anomaly).toMatchObject({ direction: 'above', basis: 'hour-of-day' });
    expect(anomaly?.foundAt).toBeLessThan(day + 24);
    expect([anomaly?.from, anomaly?.to]).toEqual([day, day + 18]);
    expect((anomaly?.actual ?? 0) / (anomaly?.expected ?? 1)).toBeCloseTo(6, 0);
  });

  it('tell the hours that make a day unlike', () => {
    const [item] = generatedSpend(300, 4, 5).filter(({ name }) => name.startsWith('300-20-'));
    const window = item?.windows[0];
    const [anomaly] = detectAnomalies(item?.hours ?? []).filter(
      ({ foundAt }) => foundAt >= (window?.from ?? 0),
    );
    expect(anomaly).toMatchObject({ from: window?.from, to: window?.from, direction: 'above' });
    expect((anomaly?.actual ?? 0) / (anomaly?.expected ?? 1)).toBeGreaterThan(10);
  });

  it('begin with the fault, not with the little that came hours before it', () => {
    const isOpen = (hour: number): boolean => hour % 24 >= 8 && hour % 24 < 18;
    const night = 30 * 24 + 2;
    const series = drawn((hour) => (isOpen(hour) ? 10 : 0));
    const evening = night - 8;
    series[evening] = 10;
    series.fill(300, night, night + 3);
    const anomalies = detectAnomalies(series).filter(({ foundAt }) => foundAt >= evening);
    expect(anomalies).toMatchObject([{ from: night, to: night + 2, direction: 'above' }]);
  });

  it.each([
    ['by the day', drawn((hour) => (hour % 3 === 0 ? 30 : 0))],
    ['by the hour', drawn(() => 10)],
  ])('are found %s as before when one of many thousand times as much lies behind', (_, series) => {
    const [first, second] = [20 * 24 + 9, 27 * 24 + 9];
    series[first] = 10_000_000;
    for (let hour = second; hour < second + 12; hour += 1) series[hour] = 5 * (series[hour] ?? 0);
    const foundHours = detectAnomalies(series).map(({ foundAt }) => foundAt);
    expect(foundHours.filter((hour) => hour < first)).toEqual([]);
    expect(foundHours.filter((hour) => hour >= second && hour < second + 24)).toHaveLength(1);
    expect(foundHours).toHaveLength(2);
  });

  it('are the same in every unit, although sums of fractions are never exact', () => {
    const random = seededRandom(1);
    for (let item = 0; item < 8; item += 1) {
      const cents = Array.from({ length: 90 * 24 }, (_, hour) => {
        const isSpike = [71, 80].includes(Math.floor(hour / 24));
        const isUsed = hour % 24 === 10 && (hour % 168 < 120 || isSpike);
        return isUsed ? Math.round(1000 + 200 * random()) * (isSpike ? 8 : 1) : 0;
      });
      const anomalies = detectAnomalies(cents.map((value) => value / 1000));
      expect(anomalies.map(({ foundAt }) => foundAt)).toEqual(
        detectAnomalies(cents).map(({ foundAt }) => foundAt),
      );
    }
  });

  it('know weekends', () => {
    const seldom = drawn((hour) => (hour % 5 === 0 ? office(hour) : 0), 9 * 168);
    expect(detectAnomalies(seldom).filter(({ foundAt }) => foundAt >= 28 * 24)).toEqual([]);
  });
});
