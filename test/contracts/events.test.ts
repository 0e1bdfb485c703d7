import * as z from 'zod';
import { expect, test } from 'vitest';
import { EVENT_DETAILS } from '../../contracts/events.ts';

/** Customers' automation reads these. If this fails, check the difference, then record it with `vitest -u`. */
test('the schemas of events are as they were recorded', async () => {
  const schemas = Object.fromEntries(
    Object.entries(EVENT_DETAILS).map(([kind, schema]) => [kind, z.toJSONSchema(schema)]),
  );
  await expect(`${JSON.stringify(schemas, null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/events.schema.json',
  );
});
