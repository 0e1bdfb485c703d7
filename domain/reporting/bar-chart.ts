/** An image with three bytes (red, green, blue) per pixel, row by row from the top. */
export type Pixels = { width: number; height: number; rgb: Uint8Array };

const WIDTH = 640;
const HEIGHT = 240;
const MARGIN = 12;
const GAP_SHARE = 0.25;
const WHITE = [255, 255, 255] as const;
const AXIS = [120, 130, 140] as const;
const BAR = [37, 99, 180] as const;

/**
 * Draws one bar per amount, scaled to the highest. It has no text, which would need a font; the
 * text next to it explains the bars. Negative amounts get no bar.
 */
export function barChartOf(amounts: readonly bigint[]): Pixels {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  const fill = ([left, top, right, bottom]: Area, color: Color): void => {
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) rgb.set(color, (y * WIDTH + x) * 3);
    }
  };
  fill([0, 0, WIDTH, HEIGHT], WHITE);
  const floor = HEIGHT - MARGIN;
  const highest = amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, amounts.length);
  for (const [position, amount] of amounts.entries()) {
    if (amount <= 0n) continue;
    // Bars are only drawn, and a thousandth is finer than a pixel.
    const thousandths = Number((amount * 1_000n) / highest);
    const height = Math.max(1, Math.round(((floor - MARGIN) * thousandths) / 1_000));
    const left = Math.round(MARGIN + position * step);
    const right = Math.max(left + 1, Math.round(left + step * (1 - GAP_SHARE)));
    fill([left, floor - height, right, floor], BAR);
  }
  fill([MARGIN, floor, WIDTH - MARGIN, floor + 1], AXIS);
  return { width: WIDTH, height: HEIGHT, rgb };
}

type Area = readonly [left: number, top: number, right: number, bottom: number];
type Color = readonly [number, number, number];
