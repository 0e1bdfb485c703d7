import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderTemplate } from '../../../domain/prompts/templates/render-template.ts';
import {
  partsOf,
  type TemplateContent,
  variablesIn,
} from '../../../domain/prompts/templates/template.ts';

const NAMES = ['guest', 'hotel', 'x1', 'A_b'];
/** Texts that look like places, and some that almost do. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('{{', '}}', '{{ }}', '{{1x}}', '{{guest', '{ {guest}}', '$&', '{{    guest}}'),
);
const place = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', ' ', '   '))
  .map(([name, blank]) => ({ name, written: `{{${blank}${name}${blank}}}` }));
/** Values may look like places too. */
const value = fc.oneof(fc.string(), fc.constantFrom(...NAMES.map((name) => `{{${name}}}`), '$1'));
const values = fc.tuple(value, value, value, value);
/** A text, a place, a text, a place … and a last text. */
const pieces = fc.tuple(fc.array(fc.tuple(text, place), { maxLength: 5 }), text);

type Drawn = [pairs: [before: string, place: { name: string; written: string }][], last: string];

const contentOf = ([pairs, last]: Drawn): string =>
  pairs.map(([before, { written }]) => before + written).join('') + last;

const templateOf = (content: string): TemplateContent => ({
  form: 'messages',
  messages: [{ role: 'user', content }],
  variables: [...new Set(variablesIn(content))].map((name) => ({ name, type: 'string' })),
});

test('the parts of a template are its whole text, in order', () => {
  fc.assert(
    fc.property(pieces, (drawn) => {
      const content = contentOf(drawn);
      const rest = partsOf(content).reduce((left, part) => {
        if ('text' in part) {
          expect(left.startsWith(part.text)).toBe(true);
          return left.slice(part.text.length);
        }
        const [whole = ''] = /^\{\{ *\w+ *\}\}/.exec(left) ?? [];
        expect(whole).toContain(part.variable);
        return left.slice(whole.length);
      }, content);
      expect(rest).toBe('');
    }),
  );
});

test('a rendered prompt has every value as it is, and everything else byte for byte', () => {
  fc.assert(
    fc.property(pieces, values, (drawn, drawnValues) => {
      const template = templateOf(contentOf(drawn));
      const given = new Map(
        template.variables.map(({ name }, at) => [name, drawnValues[at] ?? '']),
      );
      const rendering = renderTemplate(template, given);
      const expected = partsOf(contentOf(drawn)).map((part) =>
        'text' in part ? part.text : given.get(part.variable),
      );
      expect(rendering).toEqual({
        ok: true,
        messages: [{ role: 'user', content: expected.join('') }],
      });
    }),
  );
});

test('a prompt is never rendered without a value, with one too many or one of another type', () => {
  fc.assert(
    fc.property(pieces, fc.nat(), (drawn, at) => {
      const template = templateOf(contentOf(drawn));
      const names = template.variables.map(({ name }) => name);
      const name = names[at % Math.max(1, names.length)];
      const full = new Map<string, unknown>(names.map((each) => [each, 'a']));
      const faultsOf = (given: Map<string, unknown>) => {
        const rendering = renderTemplate(template, given);
        return rendering.ok ? [] : rendering.faults.map(({ variable }) => variable);
      };
      expect(faultsOf(new Map([...full, ['stranger', 'a']]))).toEqual(['stranger']);
      if (name === undefined) return;
      for (const wrong of [undefined, null, 7, true, {}, 'a'.repeat(10_001)]) {
        expect(faultsOf(new Map([...full, [name, wrong]]))).toEqual([name]);
      }
    }),
  );
});
