import { expect, test } from 'vitest';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { LOOKALIKES } from '../../domain/naming/lookalikes.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { classOf } from '../../domain/tokens/character-classes.ts';
import { FITTED_TOKENIZERS } from '../../domain/tokens/fitted-tokenizers.ts';
import { tokenFamilyOf } from '../../domain/tokens/token-family.ts';
import { fingerprint } from '../support/fingerprint.ts';

const makerOf = (model: string): string => model.split(/[-./:]/)[0] ?? '';

const recorded = (groups: ReadonlyMap<string, unknown>): Record<string, string> =>
  Object.fromEntries([...groups].map(([name, group]) => [name, fingerprint(group)]));

/**
 * Prices, models and fitted weights come from sources, and no rule can tell right from wrong ones.
 * If this fails, check the figures in the diff, then record the new fingerprint here.
 */
test('prices are as they were recorded, by maker', () => {
  const cards = Map.groupBy(builtInCards.entries(), ([model]) => makerOf(model));
  expect(recorded(cards)).toEqual({
    ai21: 'c2a79333469f123a',
    amazon: '50ba812b32afee03',
    anthropic: '695a1bf7297a5c48',
    claude: 'b098839fa88ebd19',
    codestral: '6dc2294e4fd1fc8f',
    cohere: 'a758ee70826e1415',
    deepseek: 'a8165d19bb5c5aac',
    devstral: '93738a473693e9cb',
    fireworks_ai: '254ea27ec6d932fd',
    gemini: '2d80890a30e9261c',
    glm: 'c576e041c4935b79',
    google: 'fa717dfc8bc83f05',
    gpt: 'ed9c2bbbef83ff78',
    grok: 'd6458ba664607849',
    kimi: '683dd3f388f1faae',
    magistral: 'deae3964361bc30c',
    meta: '91f8bd7b68fec0da',
    minimax: '0771c10f4048e40c',
    ministral: '665c12fe9bf9f24a',
    mistral: '64dd85db6a96dfc4',
    mixtral: '036436184ea65a29',
    moonshot: '5d5ac9ca174354bb',
    moonshotai: '48255e07684ab652',
    nvidia: '9e3b0d0fe993b005',
    o1: '7d9e8ba5a19db028',
    o3: '98ddee4663a316af',
    o4: '3687f555d734eae7',
    openai: 'e659dda01b131a7b',
    openrouter: '8a12fa6f7c475243',
    pixtral: 'c72602511f6fba72',
    qwen: 'c4add1953fb7c957',
    stability: '688ebd1e8d0a454a',
    writer: '676aa819eece464e',
    xai: '7b77a3d840208270',
    zai: 'b50b1ca5a30d43fa',
  });
});

test('models are as they were recorded, by maker', () => {
  const models = Map.groupBy(builtInCatalog.list(), ({ model }) => makerOf(model));
  expect(recorded(models)).toEqual({
    amazon: 'f40925363173c86c',
    openai: '502426f396faf2a4',
    deepseek: 'ad0de3f0194cfe91',
    anthropic: '22abd8d861dfbd3f',
    meta: '387b1e9d6427ee74',
    mistral: '5d0101b019bc40ba',
    qwen: '5040bdfa583a1971',
    minimax: 'a41aadbf43670b16',
    moonshotai: '2f32c858ad1f4be0',
    zai: 'faa7a58affb48769',
    xai: '07507d915f956c9f',
    nvidia: '8b909327aa408887',
    google: '29fc95c98a5a252e',
    writer: 'ac5edee315085469',
    cohere: 'ca9257231d3a33f1',
    ai21: 'e6a66966dac09ded',
    claude: '305f6937f6ef1411',
    gpt: '5072cd6fd996a199',
    o1: 'e6d65bc14b82ef9c',
    o3: '40cba5e33e7e6526',
    o4: '3ca3fc396482f5f3',
    gemini: 'd6b7c6023f0d4f16',
  });
});

test('tokenizers weigh as they were fitted', () => {
  expect(recorded(new Map(Object.entries(FITTED_TOKENIZERS)))).toEqual({
    o200k: '3f248c04972b55fe',
    cl100k: 'fdc3737f7765ad99',
    'claude-2': '6835abde730ed4bb',
    'llama-3': '10572b7b4269e043',
    sentencepiece: '4d8b9a0829fb1c6c',
    any: '06bdb131cf25cacd',
  });
});

test('models of every maker are counted by the tokenizer of their family', () => {
  const models = builtInCatalog.list().map(({ model }) => model);
  const families = models.map((model) => [model, tokenFamilyOf(model)]);
  expect(fingerprint(families)).toEqual('7616939b6ff24829');
});

test('characters are classed and folded as they were recorded', () => {
  const units = Array.from({ length: 0x1_00_00 }, (_, unit) => classOf(unit));
  expect(fingerprint(units)).toEqual('4d0243ebfd305e66');
  expect(fingerprint(LOOKALIKES)).toEqual('5bdfcc2659116224');
});
