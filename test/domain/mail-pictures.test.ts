import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode, encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, screenshotOf } from '../support/chromium.ts';
import { MAIL_EXAMPLES } from '../support/mail-examples.ts';

/** Pictures for `docs/mails.md` are written there with `WRITE_PICTURES=1`. */
const DOCS = join(import.meta.dirname, '../../docs/mails');
const isWritten = process.env['WRITE_PICTURES'] === '1';
const LARGEST_BYTES = 125_000;

const folder = mkdtempSync(join(tmpdir(), 'mails-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Picture = { width: number; height: number; channels: number; data: Uint8Array };

const WIDTHS = [700, 400];
/** Higher than any mail. */
const FRAME = 2_400;
/** A picture of more would be higher than the browser draws. */
const MAILS_AT_ONCE = 6;
/** By name and width. */
const pictures = new Map<string, Picture>();
const pictureOf = (name: string, width: number): Picture =>
  pictures.get(`${name} ${width}`) ?? expect.fail(`there is no picture of ${name}`);

beforeAll(async () => {
  if (!hasChromium) return;
  const mails = Object.entries(MAIL_EXAMPLES);
  for (const width of WIDTHS) {
    for (let start = 0; start < mails.length; start += MAILS_AT_ONCE) {
      await draw(mails.slice(start, start + MAILS_AT_ONCE), width);
    }
  }
});

/** Draws mails below each other as a reader shows them, since a browser takes long to start. */
async function draw(
  mails: readonly (readonly [string, { html: string }])[],
  width: number,
): Promise<void> {
  const file = join(folder, 'mails.html');
  const style = `display:block;border:0;width:${width}px;height:${FRAME}px`;
  const frames = mails.map(
    ([, { html }]) =>
      `<iframe style="${style}" srcdoc="${html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`,
  );
  writeFileSync(file, `<!doctype html><body style="margin:0">${frames.join('')}`);
  const height = mails.length * FRAME;
  const { channels, data } = decode(
    await screenshotOf(pathToFileURL(file).href, { width, height }),
  );
  const bytes = width * FRAME * channels;
  for (const [index, [name]] of mails.entries()) {
    const part = new Uint8Array(data.subarray(index * bytes, (index + 1) * bytes));
    pictures.set(`${name} ${width}`, cutOf({ width, height: FRAME, channels, data: part }));
  }
}

/** A picture without what is blank below its last line. */
function cutOf(picture: Picture): Picture {
  const { width, height, channels, data } = picture;
  const last = Array.from({ length: height }, (_, y) => y).findLast(
    (y) => !isBlank(picture, 0, y, width),
  );
  const cut = Math.min(height, (last ?? 0) + 17);
  return { ...picture, height: cut, data: data.subarray(0, cut * width * channels) };
}

const fileName = (name: string): string => name.replaceAll(/\W+/g, '-');

function isBlank({ width, channels, data }: Picture, from: number, y: number, to: number): boolean {
  for (let x = from; x < to; x += 1) {
    const start = (y * width + x) * channels;
    if (data[start] !== 255 || data[start + 1] !== 255 || data[start + 2] !== 255) return false;
  }
  return true;
}

/** Lengths of unbroken lines of one color that are 40 pixels or longer and not grey: bars. */
function barsOf({ width, height, channels, data }: Picture): number[] {
  const bars: number[] = [];
  for (let y = 0; y < height; y += 1) {
    let length = 0;
    for (let x = 1; x <= width; x += 1) {
      const at = (y * width + x) * channels;
      const same =
        x < width && [0, 1, 2].every((part) => data[at + part] === data[at - channels + part]);
      if (same) {
        length += 1;
        continue;
      }
      const [red = 0, green = 0, blue = 0] = data.subarray(at - channels, at);
      if (length >= 40 && Math.max(red, green, blue) - Math.min(red, green, blue) > 30)
        bars.push(length + 1);
      length = 0;
    }
  }
  return bars;
}

describe.skipIf(!hasChromium).each(Object.keys(MAIL_EXAMPLES))('a mail about %s', (name) => {
  test.each(WIDTHS)('fits a window of %i pixels', (width) => {
    const picture = pictureOf(name, width);
    expect(picture.height).toBeGreaterThan(100);
    expect(picture.height).toBeLessThan(FRAME);
    const cut = Array.from({ length: picture.height }, (_, y) => y).filter(
      (y) => !isBlank(picture, width - 8, y, width),
    );
    expect(cut).toEqual([]);
    if (width !== 700) return;
    const png = encode({ ...rgbOf(picture), channels: 3 });
    expect(png.length).toBeLessThan(LARGEST_BYTES);
    if (!isWritten) return;
    mkdirSync(DOCS, { recursive: true });
    writeFileSync(join(DOCS, `${fileName(name)}.png`), png);
  });
});

test.skipIf(!hasChromium)('bars are as long as their amounts', () => {
  const lengths = new Set(barsOf(pictureOf('a level reached', 700)));
  // 12.00 USD fill the bar of 200 pixels, and 10.00 USD five sixths of it.
  expect([...lengths].toSorted((first, second) => first - second)).toEqual([167, 200]);
});

function rgbOf({ width, height, channels, data }: Picture) {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let part = 0; part < 3; part += 1)
      rgb[pixel * 3 + part] = data[pixel * channels + part] ?? 0;
  }
  return { width, height, data: rgb };
}
