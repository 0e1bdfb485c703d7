import * as z from 'zod';
import { UNKNOWN_USERS } from '../domain/members/directory.ts';
import type { Role } from '../domain/access/caller.ts';
import { displayNameText } from './display-name-text.ts';
import { identifier, pageCursor, pageLimit } from './fields.ts';
import { defineRoute } from './route.ts';

/** How many departments a user may have. */
export const MAX_DEPARTMENTS = 20;

const userPath = z.strictObject({ id: identifier });

const departments = z
  .array(identifier)
  .max(MAX_DEPARTMENTS)
  .meta({
    description: 'The first one is charged for requests that name no department',
    example: ['research', 'sales'],
  });

export const putUserBody = z.strictObject({ departments }).meta({ id: 'DirectoryUserInput' });

const userView = z
  .object({
    userId: z.string(),
    departments: z.array(z.string()),
    displayName: displayNameText.optional(),
  })
  .meta({ id: 'DirectoryUser' });

export const directoryRule = z
  .strictObject({
    unknownUsers: z.enum(UNKNOWN_USERS).meta({
      description:
        'What happens to requests of users who are not in the directory. allow: they are accepted. refuse: 403',
    }),
  })
  .meta({ id: 'DirectoryRule' });

const ruleView = z
  .object({ unknownUsers: z.enum(UNKNOWN_USERS), isKept: z.boolean() })
  .meta({ id: 'DirectoryRuleInForce' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];
const access = { subject: 'organization' } as const;

export const directoryRoutes = {
  listUsers: defineRoute({
    method: 'GET',
    path: '/v1/users',
    summary: 'The users in the directory, with their departments',
    roles: readers,
    access,
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of users in order of their ids',
        schema: z.object({ items: z.array(userView), nextCursor: z.string().optional() }),
      },
    },
  }),
  getUser: defineRoute({
    method: 'GET',
    path: '/v1/users/{id}',
    summary: 'The departments of a user',
    roles: readers,
    access,
    params: userPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The user', schema: userView } },
  }),
  putUser: defineRoute({
    method: 'PUT',
    path: '/v1/users/{id}',
    summary: 'Set the departments of a user; in force within two seconds',
    idempotencyKey: 'remembered',
    roles: keepers,
    access,
    params: userPath,
    body: putUserBody,
    responses: { 200: { description: 'The user now', schema: userView } },
  }),
  deleteUser: defineRoute({
    method: 'DELETE',
    path: '/v1/users/{id}',
    summary: 'Remove a user from the directory; budgets and records stay',
    idempotencyKey: 'remembered',
    roles: keepers,
    access,
    params: userPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The user before the removal', schema: userView } },
  }),
  getDirectory: defineRoute({
    method: 'GET',
    path: '/v1/settings/directory',
    summary: 'Whether users who are not in the directory are allowed or refused',
    roles: readers,
    access: { subject: 'none' },
    responses: { 200: { description: 'The rule in force', schema: ruleView } },
  }),
  putDirectory: defineRoute({
    method: 'PUT',
    path: '/v1/settings/directory',
    summary: 'Allow or refuse users who are not in the directory',
    idempotencyKey: 'remembered',
    roles: keepers,
    access,
    body: directoryRule,
    responses: { 200: { description: 'The rule now in force', schema: ruleView } },
  }),
};
