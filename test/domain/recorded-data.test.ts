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
  const cards = Map.groupBy(builtInCards, ([model]) => makerOf(model));
  expect(recorded(cards)).toEqual({
    anthropic: '6aba29ec418a16df',
    claude: 'c84aa4cda3d88c8d',
    amazon: 'df42e010a84793d1',
    openai: 'a74e03d1b08f745a',
    deepseek: '404c5e71eec5a275',
    qwen: 'ed885a0f28d27e89',
    meta: 'f952a4b160059583',
    mistral: '28f5f7e49b36711a',
    minimax: 'fe62a6ac5668329c',
    moonshotai: '8c0c11e5558743c2',
    moonshot: '8fee02c888a5e8e7',
    zai: '1c8dfbc16ba7f2e2',
    xai: '0d31ee80f0d2aba3',
    nvidia: '1bd3db36e3eb7ffb',
    google: 'ed4620b2163aa68f',
    writer: 'e54a2c8c25030c6e',
    cohere: 'dff39244e11d7bc8',
    ai21: 'f944381257388917',
    stability: '30539edfec765e52',
    gpt: 'ad1628baaab1b06b',
    o1: 'e1494ac0ced4b37f',
    o3: '6205fe59b4e183f7',
    o4: 'dc6d5da015b0dc05',
    gemini: 'e182b0d4f9cc61c3',
    openrouter: 'f9cca66c22673f4d',
    codestral: 'ecb0ca7544ac725d',
    mixtral: '63bab27eee6a927c',
    fireworks_ai: '099f153a993700be',
  });
});

test('models are as they were recorded, by maker', () => {
  const models = Map.groupBy(builtInCatalog.list(), ({ model }) => makerOf(model));
  expect(recorded(models)).toEqual({
    amazon: '11c4773b77515254',
    openai: '1b87dddfe9ba051e',
    deepseek: 'da2168c7923bf61e',
    anthropic: '5a38ae0bddcfbfaa',
    meta: 'f3346b1daa62a23b',
    mistral: 'd7583c64f73ec200',
    qwen: 'd2a614db59e1f350',
    minimax: '817ed76a2b93ad1a',
    moonshotai: '820d6f764adf577e',
    zai: '43220b9281886575',
    xai: 'f1217c8260bcb46f',
    nvidia: '5958867ea92b4816',
    google: 'b8194201a6e4bb2e',
    writer: '2f5b1b8deec758d3',
    cohere: 'fa854642d6202d7d',
    ai21: '22491a6a397df461',
    claude: '07161231cf7a8c26',
    gpt: 'cfaf196226ec0f62',
    o1: '2fc3319ac05e474d',
    o3: '14d643f09ca25732',
    o4: '991550213f7af131',
    gemini: '700a00b486996c4c',
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
  expect(fingerprint(families)).toEqual('5e29a2fc8b8390a7');
});

test('characters are classed and folded as they were recorded', () => {
  const units = Array.from({ length: 0x1_00_00 }, (_, unit) => classOf(unit));
  expect(fingerprint(units)).toEqual('4d0243ebfd305e66');
  expect(fingerprint(LOOKALIKES)).toEqual('5bdfcc2659116224');
});
