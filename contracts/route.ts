import type * as z from 'zod';
import type { RoutePolicy } from '../domain/access/policy.ts';
import type { ProblemType } from './problem.ts';

/** A route's response for one status. `alsoAs` are media types of alternative text formats. */
export type ResponseContract = {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
  alsoAs?: readonly string[];
};
export type Responses = { readonly [status: number]: ResponseContract };

/**
 * One HTTP route. Its schemas validate at run time and describe the route in OpenAPI.
 * `maxBodyBytes` defaults to 64 KiB.
 */
export type Route<
  Params extends z.ZodType = z.ZodType,
  QueryString extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answers extends Responses = Responses,
> = RoutePolicy & {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  summary: string;
  params?: Params;
  query?: QueryString;
  body?: Body;
  /** Every response by status, except problems. */
  responses: Answers;
  /** Problems of this route in addition to those of its kind (`problemsOf`). */
  problems?: readonly ProblemType[];
  /**
   * What the `Idempotency-Key` header does for a write: it `identifies` what is created, or it is
   * `remembered` next to a write that is already idempotent. Either way, the same key with another
   * body is a conflict.
   */
  idempotencyKey?: 'identifies' | 'remembered';
  maxBodyBytes?: number;
  /** A request without a body means one without members. */
  isBodyOptional?: true;
};

/** Declares a route and keeps the types of its schemas and responses. */
export const defineRoute = <
  Params extends z.ZodType = z.ZodUndefined,
  QueryString extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  const Answers extends Responses = Responses,
>(
  route: Route<Params, QueryString, Body, Answers>,
): Route<Params, QueryString, Body, Answers> => route;

type Format<Contract> =
  | (Contract extends { schema: infer Schema extends z.ZodType }
      ? { body: z.output<Schema> }
      : never)
  | (Contract extends { alsoAs: readonly string[] } | { contentType: string }
      ? { text: string; contentType: string }
      : never);

/** A response that these contracts declare: a status, and a body of that status's schema. */
export type AnswerOf<Answers extends Responses> = {
  [Status in keyof Answers & number]: {
    status: Status;
    headers?: Record<string, string>;
  } & Format<Answers[Status]>;
}[keyof Answers & number];
