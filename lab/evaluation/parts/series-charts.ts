import type { LabelledHours } from '../figures/anomaly-figures.ts';
import type { TestedSeries } from '../figures/forecast-figures.ts';
import type { Chart } from '../evaluation-part.ts';

/** A series' last forecast with its intervals, the days before it and the actual values. */
export function forecastChart({ name, pattern, last }: TestedSeries): Chart {
  const { history, forecast, actual } = last;
  const ahead = (of: (day: (typeof forecast.days)[number]) => number): [number, number][] =>
    forecast.days.map((day, index) => [index + 1, of(day)]);
  return {
    title: `Forecast of ${name}`,
    note: `The last one, of a ${pattern} series: what was known lies left of day 0.`,
    xLabel: 'days from the last known one',
    yLabel: 'value',
    reference: { name: 'known until here', x: 0 },
    series: [
      {
        name: 'actual',
        points: [...history, ...actual].map((value, index) => [index - history.length + 1, value]),
      },
      { name: 'expected', points: ahead(({ expected }) => expected) },
      { name: '80 %', points: band(ahead, 'low80', 'high80') },
      { name: '95 %', points: band(ahead, 'low95', 'high95') },
    ],
  };
}

type Ahead = (
  of: (day: TestedSeries['last']['forecast']['days'][number]) => number,
) => [number, number][];
type Bound = 'low80' | 'high80' | 'low95' | 'high95';

/** A closed outline: out along the upper bounds and back along the lower ones. */
const band = (ahead: Ahead, low: Bound, high: Bound): [number, number][] => [
  ...ahead((day) => day[high]),
  ...ahead((day) => day[low]).toReversed(),
];

/** A labeled series with its windows and detected anomalies. */
export function anomalyChart(
  { name, hours, windows }: LabelledHours,
  detections: readonly number[],
): Chart {
  const top = hours.reduce<number>((high, value) => Math.max(high, value ?? 0), 0);
  return {
    title: `Anomalies of ${name}`,
    note: 'Windows as people labelled them, and where a detection began; each knows no later hour.',
    xLabel: 'hours',
    yLabel: 'value',
    yFrom: 0,
    series: [
      {
        name: 'value',
        points: hours.flatMap((value, hour): [number, number][] =>
          value === undefined ? [] : [[hour, value]],
        ),
      },
      {
        name: 'labelled',
        points: windows.flatMap(({ from, to }): [number, number][] => [
          [from, 0],
          [from, 1.05 * top],
          [to, 1.05 * top],
          [to, 0],
        ]),
      },
      {
        name: 'detected',
        points: detections.flatMap((hour): [number, number][] => [
          [hour, 0],
          [hour, 0.9 * top],
          [hour, 0],
        ]),
      },
    ],
  };
}
