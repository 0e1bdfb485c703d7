import * as z from 'zod';
import { MAX_COUNTED_TAGS } from '../domain/reporting/dimensions.ts';
import { tagName } from './fields.ts';
import { defineRoute } from './route.ts';

const reportTags = z
  .strictObject({
    tags: z
      .array(tagName)
      .max(MAX_COUNTED_TAGS, `must be at most ${MAX_COUNTED_TAGS}`)
      .refine((names) => new Set(names).size === names.length, 'must not repeat a name')
      .meta({ description: 'Tag names; requests count under them from now on' }),
  })
  .meta({ id: 'ReportTags' });

export const reportTagRoutes = {
  getReportTags: defineRoute({
    method: 'GET',
    path: '/v1/reports/tags',
    summary: 'The tags that costs are grouped by',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    responses: { 200: { description: 'The listed tags', schema: reportTags } },
  }),
  putReportTags: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/reports/tags',
    summary: `List the tags that costs are grouped by, at most ${MAX_COUNTED_TAGS}`,
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: reportTags,
    responses: { 200: { description: 'The tags now listed', schema: reportTags } },
  }),
};
