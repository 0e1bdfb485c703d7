import type * as z from 'zod';
import type { RoutePolicy } from '../domain/access/policy.ts';
import type { ProblemType } from './problem.ts';

/** What a route answers with one status; `alsoAs` is the media type of another format, as text. */
export type ResponseContract = {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
  alsoAs?: string;
};
export type Responses = { readonly [status: number]: ResponseContract };

/**
 * One HTTP route: the schemas validate at run time and describe the route in OpenAPI.
 * `maxBodyBytes` defaults to 64 KiB.
 */
export type Route<
  Params extends z.ZodType = z.ZodType,
  QueryString extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answers extends Responses = Responses,
> = RoutePolicy & {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  params?: Params;
  query?: QueryString;
  body?: Body;
  /** Every answer by status but problems. */
  responses: Answers;
  /** Problems that this route answers besides those of every route of its kind (`problemsOf`). */
  problems?: readonly ProblemType[];
  /**
   * What the `Idempotency-Key` header does to a write: it `identifies` what is made, or it is
   * `remembered` beside a write that is idempotent already. The same key with another body is a
   * conflict either way.
   */
  idempotencyKey?: 'identifies' | 'remembered';
  maxBodyBytes?: number;
};

/** Declares a route, keeping the types of its schemas and answers. */
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
  | (Contract extends { alsoAs: string } | { contentType: string }
      ? { text: string; contentType: string }
      : never);

/** An answer that these responses declare: its status, and a body of that status's schema. */
export type AnswerOf<Answers extends Responses> = {
  [Status in keyof Answers & number]: {
    status: Status;
    headers?: Record<string, string>;
  } & Format<Answers[Status]>;
}[keyof Answers & number];
