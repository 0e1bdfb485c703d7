import { expect, test } from 'vitest';
import * as z from 'zod';
import { PROBLEM_SCHEMAS, problemsOf } from '../../contracts/problem-details.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { type Schema, schemaLines } from '../support/schema-lines.ts';

/** Schemas shared by several answers, by their name in the OpenAPI document. */
const shared = new Map<string, Schema>();

function answerLines(schema: z.ZodType, path: string): string[] {
  const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Schema;
  for (const [name, definition] of Object.entries(
    (json['$defs'] ?? {}) as Record<string, Schema>,
  )) {
    shared.set(name, definition);
  }
  return schemaLines(json, path);
}

const answers = Object.entries(ROUTES).map(([operationId, route]) => {
  const lines = Object.entries(route.responses).flatMap(
    ([status, { schema, contentType, alsoAs = [] }]) => [
      [status, contentType, ...alsoAs].filter((part) => part !== undefined).join(' '),
      ...(schema ? answerLines(schema, status) : []),
    ],
  );
  return [operationId, { access: route.access, problems: problemsOf(route), lines }] as const;
});
const problems = [...PROBLEM_SCHEMAS].map(
  ([type, schema]) => [type, answerLines(schema, 'problem')] as const,
);

/*
 * Clients read these fields, formats and problems, so removing or renaming one breaks them. If this
 * fails, check the difference, then record it with `vitest -u`.
 */
test.each(answers)('what %s answers is as it was published', (_, answer) => {
  expect(answer).toMatchSnapshot();
});

test.each(problems)('what the problem %s says is as it was published', (_, lines) => {
  expect(lines).toMatchSnapshot();
});

test.each([...shared])('what a %s shows is as it was published', (_, schema) => {
  expect(schemaLines(schema, '')).toMatchSnapshot();
});
