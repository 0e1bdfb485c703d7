import type * as z from 'zod';
import type { RoutePolicy } from '../domain/access/policy.ts';

/**
 * One HTTP route: the schemas validate at run time and describe the route in OpenAPI.
 * `maxBodyBytes` defaults to 64 KiB.
 */
export type Route<
  Params extends z.ZodType = z.ZodType,
  QueryString extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> = RoutePolicy & {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  params?: Params;
  query?: QueryString;
  body?: Body;
  /** Success responses by status; `alsoAs` is the media type of another format, as text. */
  responses: Record<
    number,
    { description: string; schema?: z.ZodType; contentType?: string; alsoAs?: string }
  >;
  /**
   * What the `Idempotency-Key` header does to a write: it `identifies` what is made, or it is
   * `remembered` beside a write that is idempotent by itself. The same key with another body is a
   * conflict either way.
   */
  idempotencyKey?: 'identifies' | 'remembered';
  maxBodyBytes?: number;
};

/** Declares a route, keeping its schema types. */
export const defineRoute = <
  Params extends z.ZodType = z.ZodUndefined,
  QueryString extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  route: Route<Params, QueryString, Body>,
): Route<Params, QueryString, Body> => route;
