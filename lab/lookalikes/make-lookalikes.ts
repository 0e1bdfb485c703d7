import { readFileSync } from 'node:fs';
import { linesOfLookalikes } from '../../domain/naming/lookalike-table.ts';

/*
 * Writes domain/naming/lookalikes.ts from Unicode's confusables.txt (UTS #39): `node
 * lab/lookalikes/make-lookalikes.ts confusables.txt 15.0.0 > domain/naming/lookalikes.ts`. Keeps
 * only characters that an ID may contain and that folding has not handled before it consults the
 * table.
 */

const ID_CHARACTER = /^[\p{L}\p{N}\p{M}]$/u;
/** Characters that a lookalike may stand for in an ID: all allowed ones except path separators. */
const ID_TEXT = /^[\p{L}\p{N}\p{M}._:-]+$/u;
const ASCII = /^[\x20-\x7e]+$/;

const lowerCase = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replace(/\p{DI}/gu, '')
    .normalize('NFD');
const ofHex = (text: string): string =>
  text
    .trim()
    .split(/\s+/)
    .map((hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .join('');

/** Decimal digits of all scripts map to the ASCII digit of their value, not of their shape. */
function digits(): [string, string][] {
  const entries: [string, string][] = [];
  let run = 0;
  for (let code = 0x80; code < 0x11_0000; code += 1) {
    const character = String.fromCodePoint(code);
    run = /\p{Nd}/u.test(character) ? run + 1 : 0;
    if (run > 0 && character === character.normalize('NFKC')) {
      entries.push([character, String((run - 1) % 10)]);
    }
  }
  return entries;
}

function prototypes(confusables: string): [string, string][] {
  const entries: [string, string][] = [];
  for (const line of confusables.split('\n')) {
    const [source, target] = line
      .replace(/^\uFEFF/, '')
      .replace(/#.*/, '')
      .split(';');
    if (!source || target === undefined) continue;
    const character = ofHex(source);
    // Unicode has one prototype for `I`, `l` and `1`, and writes `m` as `rn`; IDs distinguish them.
    const isCapitalI = ofHex(target) === 'l' && /\p{Lu}/u.test(character);
    const prototype = isCapitalI ? 'i' : lowerCase(ofHex(target)).replaceAll('rn', 'm');
    if (character < '\x80' || !ID_CHARACTER.test(character)) continue;
    if (/[\p{Nd}\p{DI}]/u.test(character)) continue;
    if (character !== character.normalize('NFKC').normalize('NFD')) continue;
    // Capital letters matter only if they look like ASCII.
    if (lowerCase(character) !== character && !ASCII.test(prototype)) continue;
    entries.push([character, prototype]);
  }
  return entries;
}

/**
 * Letters that resemble something not allowed in IDs resemble each other: the first represents them
 * all.
 */
function withIdTargets(pairs: [string, string][]): [string, string][] {
  const first = new Map<string, string>();
  return pairs
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([source, target]) => {
      if (ID_TEXT.test(target)) return [[source, target] as [string, string]];
      if (lowerCase(source) !== source) return [];
      const previous = first.get(target);
      if (previous === undefined) first.set(target, source);
      return previous === undefined ? [] : [[source, previous] as [string, string]];
    });
}

const [path, version] = process.argv.slice(2);
if (!path || !version) throw new Error('usage: make-lookalikes.ts <confusables.txt> <version>');
const pairs = [...withIdTargets(prototypes(readFileSync(path, 'utf8'))), ...digits()];
const lines = linesOfLookalikes(new Map(pairs), 96);
console.log(`/**
 * What letters of all scripts look like, from the confusables of UTS #39 for Unicode ${version}, and the
 * values of decimal digits. lab/lookalikes/make-lookalikes.ts makes this file; lookalike-table.ts reads it.
 *
 * Data © 1991-2022 Unicode, Inc., used under the Unicode License (https://www.unicode.org/license.txt,
 * SPDX Unicode-DFS-2016). THE DATA IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
 */
export const LOOKALIKES =
${lines.map((line) => `  '${line}'`).join(' +\n')};`);
