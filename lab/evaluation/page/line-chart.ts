import type { Chart } from '../evaluation-part.ts';
import { type Axis, linearAxis, logarithmicAxis } from './chart-axis.ts';

const WIDTH = 370;
const HEIGHT = 230;
const FRAME = { left: 56, right: 22, top: 10, bottom: 38 };
const PLOT_WIDTH = WIDTH - FRAME.left - FRAME.right;
const PLOT_HEIGHT = HEIGHT - FRAME.top - FRAME.bottom;

/** A chart with its title, the names of its lines and its note. */
export function chartFigure(chart: Chart): string {
  const names = chart.series.map(
    ({ name }, index) => `<span class="key-${index}">${escapeHtml(name)}</span>`,
  );
  const reference = chart.reference
    ? ` <span class="key-reference">${escapeHtml(chart.reference.name)}</span>`
    : '';
  return `<figure>
<figcaption><b>${escapeHtml(chart.title)}</b> <span>${escapeHtml(chart.yLabel)}</span></figcaption>
${lineChart(chart)}
<p class="key">${names.join(' ')}${reference}</p>
<p class="note">${escapeHtml(chart.note)}</p>
</figure>`;
}

/**
 * A line chart as an SVG element. Colors come from the page's classes `line-0`, `line-1` and so on.
 */
export function lineChart(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  if (points.length === 0) return '<p class="note">Too few requests for a line.</p>';
  const xs = points.map(([x]) => x);
  const xAxis =
    chart.xScale === 'logarithmic'
      ? logarithmicAxis(xs)
      : linearAxis(xs, { from: chart.xFrom ?? 0, to: chart.xTo ?? Math.max(...xs) });
  const yAxis = linearAxis(
    points.map(([, y]) => y),
    { from: chart.yFrom, to: chart.yTo },
  );
  const x = (value: number): number => FRAME.left + PLOT_WIDTH * xAxis.at(value);
  const y = (value: number): number => FRAME.top + PLOT_HEIGHT * (1 - yAxis.at(value));
  const lines = chart.series.map(
    (series, index) =>
      `<polyline class="line-${index}" points="${series.points
        .map(([px, py]) => `${fixed(x(px))},${fixed(y(py))}`)
        .join(' ')}"/>`,
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.title)}">`,
    ...horizontals(yAxis, y),
    ...xAxis.ticks.map(
      ({ value, label }) =>
        `<text class="tick" x="${fixed(x(value))}" y="${HEIGHT - FRAME.bottom + 15}" text-anchor="middle">${label}</text>`,
    ),
    referenceLine(chart, x, y),
    // Draws Purser's own line last, on top of the others.
    ...lines.toReversed(),
    `<text class="label" x="${FRAME.left + PLOT_WIDTH}" y="${HEIGHT - 5}" text-anchor="end">${escapeHtml(chart.xLabel)}</text>`,
    '</svg>',
  ].join('\n');
}

const horizontals = (axis: Axis, y: (value: number) => number): string[] =>
  axis.ticks.flatMap(({ value, label }) => [
    `<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"/>`,
    `<text class="tick" x="${FRAME.left - 6}" y="${fixed(y(value) + 3.5)}" text-anchor="end">${label}</text>`,
  ]);

function referenceLine(
  { reference }: Chart,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  if (!reference) return '';
  if ('diagonal' in reference) {
    return `<line class="reference" x1="${fixed(x(0))}" y1="${fixed(y(0))}" x2="${fixed(x(100))}" y2="${fixed(y(100))}"/>`;
  }
  const at = fixed(x(reference.x));
  return `<line class="reference" x1="${at}" y1="${FRAME.top}" x2="${at}" y2="${HEIGHT - FRAME.bottom}"/>`;
}

const fixed = (value: number): string => value.toFixed(1);

/** Escapes text for HTML, including quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
