import type { LabelledHours } from '../figures/anomaly-figures.ts';
import type { TestedSeries } from '../figures/forecast-figures.ts';
import type { Chart } from '../evaluation-part.ts';

const DAYS_BEFORE = 14;

/** A series' last forecast with its intervals, the two weeks before it and the actual values. */
export function forecastChart({ name, pattern, last }: TestedSeries): Chart {
  const { forecast, actual } = last;
  const history = last.history.slice(-DAYS_BEFORE);
  const today: [number, number][] = history.slice(-1).map((value) => [0, value]);
  const ahead = (of: (day: (typeof forecast.days)[number]) => number): [number, number][] =>
    forecast.days.map((day, index) => [index + 1, of(day)]);
  return {
    title: `Forecast of ${name}`,
    note: `The last forecast of a ${pattern} series, made on day 0.`,
    xLabel: 'days from the forecast',
    xFrom: 1 - history.length,
    yLabel: 'value',
    reference: { name: 'forecast made', x: 0 },
    series: [
      {
        name: 'actual',
        points: [...history, ...actual].map((value, index) => [index - history.length + 1, value]),
      },
      { name: 'expected', points: [...today, ...ahead(({ expected }) => expected)] },
      { name: '80 %', points: band(ahead, today, 'low80', 'high80') },
      { name: '95 %', points: band(ahead, today, 'low95', 'high95') },
    ],
  };
}

type Ahead = (
  of: (day: TestedSeries['last']['forecast']['days'][number]) => number,
) => [number, number][];
type Bound = 'low80' | 'high80' | 'low95' | 'high95';

/** The outline of an interval that widens from today: back along the lower bounds, out along the upper. */
const band = (
  ahead: Ahead,
  today: [number, number][],
  low: Bound,
  high: Bound,
): [number, number][] => [
  ...ahead((day) => day[low]).toReversed(),
  ...today,
  ...ahead((day) => day[high]),
];

/** A labeled series with its windows and detected anomalies. */
export function anomalyChart(
  { name, hours, windows }: LabelledHours,
  detections: readonly number[],
): Chart {
  const top = hours.reduce<number>((high, value) => Math.max(high, value ?? 0), 0);
  return {
    title: `Anomalies of ${name}`,
    note: 'Windows that people labeled, and where each detection began. A detection sees no later hour.',
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
