import * as z from 'zod';
import type { Role } from '../domain/access/caller.ts';
import { keptName, MAX_NAME_CHARACTERS, nameFault } from '../domain/naming/display-name.ts';
import { pageCursor, pageLimit, scope } from './fields.ts';
import { defineRoute } from './route.ts';
import { scopePath } from './thresholds.ts';

const displayName = z
  .string()
  .max(MAX_NAME_CHARACTERS, `must have at most ${MAX_NAME_CHARACTERS} characters`)
  .superRefine((text, context) => {
    const message = nameFault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .transform(keptName)
  .meta({
    description:
      'In any language. No control characters, line breaks or marks that turn the direction of text; spaces at its ends are dropped',
    example: 'Human Resources',
  });

export const displayNameBody = z.strictObject({ displayName }).meta({ id: 'DisplayNameInput' });

const displayNameView = z
  .object({ scope, scopeId: z.string(), displayName: z.string() })
  .meta({ id: 'DisplayName' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];

export const displayNameRoutes = {
  listDisplayNames: defineRoute({
    method: 'GET',
    path: '/v1/names',
    summary: 'What people call users, departments and other scopes, in order of ids',
    roles: readers,
    access: { subject: 'organization' },
    query: z.strictObject({
      scope: scope.optional().meta({ description: 'Only this kind of scope' }),
      limit: pageLimit,
      cursor: pageCursor,
    }),
    responses: {
      200: {
        description: 'A page of names',
        schema: z.object({ items: z.array(displayNameView), nextCursor: z.string().optional() }),
      },
    },
  }),
  getDisplayName: defineRoute({
    method: 'GET',
    path: '/v1/names/{scope}/{scopeId}',
    summary: 'What people call a scope',
    roles: readers,
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    problems: ['not-found'],
    responses: { 200: { description: 'Its name', schema: displayNameView } },
  }),
  putDisplayName: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/names/{scope}/{scopeId}',
    summary:
      'Set what people call a scope; reports, lists, files and mails show it within a minute, ids stay',
    roles: keepers,
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    body: displayNameBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The name now', schema: displayNameView } },
  }),
  deleteDisplayName: defineRoute({
    method: 'DELETE',
    idempotencyKey: 'remembered',
    path: '/v1/names/{scope}/{scopeId}',
    summary: 'Remove the display name of a scope',
    roles: keepers,
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The name before its removal', schema: displayNameView } },
  }),
};
