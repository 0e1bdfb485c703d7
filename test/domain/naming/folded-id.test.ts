import { describe, expect, it } from 'vitest';
import { identifier } from '../../../contracts/fields.ts';
import { foldedId } from '../../../domain/naming/folded-id.ts';
import { readLookalikes } from '../../../domain/naming/lookalike-table.ts';
import { LOOKALIKES } from '../../../domain/naming/lookalikes.ts';

const expectOne = (...ids: string[]) =>
  expect(new Set(ids.map(foldedId)), ids.join(' ')).toHaveLength(1);
const apart = (...ids: string[]) =>
  expect(new Set(ids.map(foldedId)), ids.join(' ')).toHaveLength(ids.length);

describe('the folded id', () => {
  it.each([
    ['case', 'ada', 'Ada', 'ADA'],
    ['Cyrillic letters', 'ada', '\u0430da', '\u0410d\u0430'],
    ['full width', 'ada', '\uff41da', '\uff21\uff24\uff21'],
    ['mathematical letters', 'ada', '\u{1d41a}da', '\u{1d538}da'],
    ['dots at the end', 'ada', 'ada.', 'ada...', 'ada\ua4f8'],
    ['what cannot be seen', 'ada', 'a\u034fda', 'ada\ufe0f', 'ada\u3164'],
    ['capitals whose small form looks otherwise', 'broke', '\u0412roke', 'BRO\u039aE'],
    ['a capital I of another script', 'ida', 'Ida', '\u0406da', '\u0399da', '\u0131da', '\u0130da'],
    ['whole words of lookalikes', 'bob', '\u0392\u039f\u0392', '\u0412\u041e\u0412'],
    ['digits of other scripts', 'user-1', 'user-\u0661', 'user-\u0967'],
    ['sharp s', 'strasse', 'stra\u00dfe', 'STRASSE'],
    ['accents of either form of case', 'ren\u00e9', 'REN\u00c9'],
    ['words of another script', '\u0432\u0430\u0441\u044f', '\u0412\u0430\u0441\u044f'],
    ['final sigma', '\u03bd\u03b9\u03ba\u03bf\u03c2', '\u03bd\u03b9\u03ba\u03bf\u03c3'],
  ])('is one for %s', (_, ...ids) => expectOne(...ids));

  it('keeps honest ids apart', () => {
    apart('team-a.b', 'team-ab', 'team-a', 'team_a', 'team.a');
    apart('modem', 'modern', 'user-1', 'user-l', 'user-i', 'user-0', 'user-o');
    apart('ren\u00e9', 'rene', 'ada@example.com', 'ada@example.org');
  });

  it('leaves plain ids as they are', () => {
    for (const id of ['ada', 'team-a.b', 'ada@example.com', 'a:b+c/d=e|f', '0', 'user-17']) {
      expect(foldedId(id)).toBe(id);
    }
  });

  it('never makes an id empty or longer than keys hold', () => {
    expect(foldedId('\u3164')).toBe('\u3164');
    const long = '\ufdfa'.repeat(128);
    expect(identifier.safeParse(long).success).toBe(true);
    expect(foldedId(long)).toBe(long);
  });

  it('folds every letter, digit and mark to what folds to itself and parts no key', () => {
    const wrong: string[] = [];
    const table = readLookalikes(LOOKALIKES);
    const codes = [
      ...Array(0x3400).keys(),
      ...table.keys().map((text) => text.codePointAt(0) ?? 0),
    ];
    for (const code of codes) {
      const id = `a${String.fromCodePoint(code)}`;
      if (!identifier.safeParse(id).success) continue;
      const folded = foldedId(id);
      if (foldedId(folded) !== folded || /[#%\s\p{Cc}]/u.test(folded))
        wrong.push(code.toString(16));
      if (folded !== folded.normalize('NFC')) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
    expect(table.size).toBeGreaterThan(2_000);
  });

  it('takes no time that a request would notice', () => {
    const started = performance.now();
    for (let round = 0; round < 10_000; round += 1) foldedId('ada@example.com');
    expect((performance.now() - started) / 10_000).toBeLessThan(0.05);
  });
});
