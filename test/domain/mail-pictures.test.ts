import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode, encode } from 'fast-png';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium, screenshotOf } from '../support/chromium.ts';
import { MAIL_EXAMPLES } from '../support/mail-examples.ts';

/** Pictures for `docs/mails.md` are written there with `WRITE_PICTURES=1`. */
const DOCS = join(import.meta.dirname, '../../docs/mails');
const isWritten = process.env['WRITE_PICTURES'] === '1';
const LARGEST_BYTES = 100_000;

const folder = mkdtempSync(join(tmpdir(), 'mails-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Picture = { width: number; height: number; channels: number; data: Uint8Array };

/** A mail as a reader shows it, cut below its last line. */
async function pictureOf(name: string, html: string, width: number): Promise<Picture> {
  const file = join(folder, `${fileName(name)}.html`);
  writeFileSync(file, html);
  const height = 2_400;
  const { channels, data } = decode(
    await screenshotOf(pathToFileURL(file).href, { width, height }),
  );
  const picture = { width, height, channels, data: new Uint8Array(data) };
  const last = Array.from({ length: height }, (_, y) => y).findLast(
    (y) => !isBlank(picture, 0, y, width),
  );
  const cut = Math.min(height, (last ?? 0) + 17);
  return { ...picture, height: cut, data: picture.data.subarray(0, cut * width * channels) };
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

describe.skipIf(!hasChromium).each(Object.entries(MAIL_EXAMPLES))(
  'a mail about %s',
  (name, { html }) => {
    test.each([700, 400])(
      'fits a window of %i pixels',
      async (width) => {
        const picture = await pictureOf(name, html, width);
        expect(picture.height).toBeGreaterThan(100);
        expect(picture.height).toBeLessThan(2_400);
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
      },
      60_000,
    );
  },
);

test.skipIf(!hasChromium)(
  'bars are as long as their amounts',
  async () => {
    const html = MAIL_EXAMPLES['a level reached']?.html ?? expect.fail('no such mail');
    const lengths = new Set(barsOf(await pictureOf('bars', html, 700)));
    // 12.00 USD fill the bar of 200 pixels, and 10.00 USD five sixths of it.
    expect([...lengths].toSorted((first, second) => first - second)).toEqual([167, 200]);
  },
  60_000,
);

function rgbOf({ width, height, channels, data }: Picture) {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let part = 0; part < 3; part += 1)
      rgb[pixel * 3 + part] = data[pixel * channels + part] ?? 0;
  }
  return { width, height, data: rgb };
}
