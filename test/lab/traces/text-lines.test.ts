import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textLines } from '../../../lab/traces/text-lines.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-lines-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function linesOf(content: string | Buffer): Promise<string[]> {
  const file = join(folder, 'file');
  writeFileSync(file, content);
  return Array.fromAsync(textLines(file));
}

describe('textLines', () => {
  it('ends lines at line feeds only, as JSON Lines does', async () => {
    const prompts = ['one\u2028two', 'three\u2029four', 'five\u0085six', 'seven\u000Beight'];
    const rows = prompts.map((prompt) => JSON.stringify({ prompt }));
    expect(await linesOf(rows.join('\n'))).toEqual(rows);
    expect(await linesOf(`${rows.join('\r\n')}\r\n`)).toEqual(rows);
    expect(await linesOf(gzipSync(`${rows.join('\n')}\n`))).toEqual(rows);
  });

  it('reads lines and characters that cross the parts in which a file comes', async () => {
    const rows = ['é'.repeat(100_001), '', '😀'.repeat(70_001), 'end'];
    expect(await linesOf(rows.join('\n'))).toEqual(rows);
    expect(await linesOf(gzipSync(rows.join('\n')))).toEqual(rows);
  });

  it('leaves out a byte order mark, and keeps empty lines but the one after the last feed', async () => {
    expect(await linesOf('\uFEFFa\n\nb\n')).toEqual(['a', '', 'b']);
    expect(await linesOf('')).toEqual([]);
  });

  it('stops reading with its reader', async () => {
    const file = join(folder, 'long');
    writeFileSync(file, gzipSync('line\n'.repeat(1_000_000)));
    for await (const line of textLines(file)) {
      expect(line).toBe('line');
      break;
    }
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none'), /none cannot be read: ENOENT/],
    ['a folder', () => folder, /cannot be read: EISDIR/],
    ['half a gzip file', () => half(), /half breaks off: unexpected end of file/],
    ['text that is not UTF-8', () => latin1(), /latin1 breaks off: .*not valid/],
  ])('says what is wrong with %s', async (_, path, problem) => {
    await expect(Array.fromAsync(textLines(path()))).rejects.toThrow(problem);
  });
});

function half(): string {
  const file = join(folder, 'half');
  const packed = gzipSync(Array.from({ length: 50_000 }, (_, index) => `${index}\n`).join(''));
  writeFileSync(file, packed.subarray(0, packed.length / 2));
  return file;
}

function latin1(): string {
  const file = join(folder, 'latin1');
  writeFileSync(file, Buffer.from('caf\xE9\n', 'latin1'));
  return file;
}
