import { describe, expect, test } from 'vitest';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';

const ENGLISH =
  'The officer who holds the purse predicts what an extraordinarily complicated request will cost. ';

/** A text for each thing that is counted, and those just short of it. */
const TEXTS: Record<string, string> = {
  nothing: '',
  english: ENGLISH,
  'words of 1 to 12 letters': 'a an and that these stated settled reserved estimated prediction',
  german: 'Die Zahlmeisterin hält die Börse und prüft außergewöhnlich verwickelte Rechnungen.',
  'names of code':
    'parseUsd HTTPServer snake_case MAX_AMOUNT x2y fooBarBaz12 if (a.b > 3) { f(x); }',
  numbers: '1 12 123 1234 1234567 3.14159 2026-11-21T06:30:00Z',
  'seven and eight that alternate': 'a1b2c3d a1b2c3d4 abcdefg1 abcdef12ab',
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c',
  'runs of blanks': 'a b  c   d    e',
  'runs of newlines': 'a\nb\n\nc\n\n\nd',
  'mostly blank': `${' '.repeat(40)}end`,
  'runs of marks': 'a - b -- c -=- d ---- e !? f "" g',
  json: JSON.stringify(Array.from({ length: 9 }, (_, id) => ({ id, name: 'bridge' }))),
  markup: '| item | price |\n|---|---|\n| tea | 3 |',
  han: '司库掌管钱袋，事后再按实际花费准确结清。',
  kana: 'さいふをもつひとがカネをまもる。',
  hangul: '지갑을 지키는 사람이 비용을 예측한다.',
  cyrillic: 'Казначей хранит кошелёк.',
  greek: 'Ο ταμίας κρατά το πουγκί.',
  hebrew: 'הגזבר מחזיק את הארנק.',
  arabic: 'أمين الصندوق يمسك المحفظة.',
  hindi: 'ख़ज़ांची बटुआ रखता है।',
  thai: 'เหรัญญิกถือกระเป๋าเงิน',
  emoji: '😀😀 “quoted” – dash… €5',
  'shouted words': 'STOP ALL Of THIS Now',
  'a long run': 'x'.repeat(2_000),
  'several kinds': ENGLISH.repeat(8) + '司库掌管钱袋。'.repeat(90) + '{"a":[1,2]},'.repeat(60),
};
const MODELS = ['gpt-4o', 'gpt-4', 'claude-v2:1', 'meta.llama3-8b-instruct-v1:0', 'gemini-2.5-pro'];

/*
 * What is counted of a text, and what its tokens are estimated at, shows in no rule but in figures. A
 * change of one is a decision, for which `npm run tokens` says whether it estimates better.
 */
describe('figures of a text', () => {
  test.each(Object.entries(TEXTS))('%s', (_, text) => {
    const profile = profileOf(text);
    const counts = [...profile].map(([kind, features]) => {
      const present = [...features.entries()].filter(([, count]) => count !== 0);
      return `${kind}: ${present.map(([feature, count]) => `${feature}×${count}`).join(' ')}`;
    });
    const tokens = MODELS.map((model) => {
      const estimate = estimateTokens(profile, model);
      return `${model}: ${estimate.tokens} to ${estimate.upperTokens}`;
    });
    expect({ counts, tokens }).toMatchSnapshot();
  });
});
