import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../lambdas/functions.ts';

/**
 * A function with less memory or time, another schedule or fewer rights fails only once it is
 * deployed. If this fails, check the difference, then record it with `vitest -u`. The compiler finds
 * settings that are missing.
 */
test.each(FUNCTIONS.map((definition) => [definition.name, definition] as const))(
  '%s is deployed with these facts',
  (_, { description: _words, humanImpact: _impact, environment: _settings, ...facts }) => {
    expect(Object.entries(facts).map((fact) => JSON.stringify(fact))).toMatchSnapshot();
  },
);
