import { gzipSync } from 'node:zlib';
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpEvent } from './caller.ts';

/** Below this, an answer fits into one packet anyway. */
const LEAST_CHARACTERS = 1_024;

type Middleware = MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2>;
type Answered = {
  event: HttpEvent;
  response: APIGatewayProxyStructuredResultV2 | null | undefined;
};

/** Compresses long answers for clients that accept gzip. HTTP APIs do not compress themselves. */
export const compressedAnswers = (): Middleware => ({
  after: (answered) => compress(answered),
  onError: (answered) => compress(answered),
});

function compress({ event, response }: Answered): void {
  if (!response?.body || response.body.length < LEAST_CHARACTERS) return;
  response.headers = { ...response.headers, vary: 'accept-encoding' };
  if (!acceptsGzip(event.headers['accept-encoding'])) return;
  response.body = gzipSync(response.body).toString('base64');
  response.isBase64Encoded = true;
  response.headers = { ...response.headers, 'content-encoding': 'gzip' };
}

/** Whether `gzip` is among the encodings, and not refused with a weight of 0. */
const acceptsGzip = (header = ''): boolean =>
  header
    .split(',')
    .some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/i.test(coding));
