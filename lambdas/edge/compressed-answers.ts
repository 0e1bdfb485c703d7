import { gzipSync } from 'node:zlib';
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpEvent } from './caller.ts';

/** Below this, an answer fits into a few packets anyway. */
const LEAST_CHARACTERS = 10_000;

/** Compresses long answers for clients that accept gzip. HTTP APIs do not compress themselves. */
export const compressedAnswers = (): MiddlewareObj<
  HttpEvent,
  APIGatewayProxyStructuredResultV2
> => ({
  after: ({ event, response }) => {
    if (!response?.body || response.body.length < LEAST_CHARACTERS) return;
    response.headers = { ...response.headers, vary: 'accept-encoding' };
    if (!acceptsGzip(event.headers['accept-encoding'])) return;
    response.body = gzipSync(response.body).toString('base64');
    response.isBase64Encoded = true;
    response.headers = { ...response.headers, 'content-encoding': 'gzip' };
  },
});

/** Whether `gzip` is among the encodings, and not refused with a weight of 0. */
const acceptsGzip = (header = ''): boolean =>
  header
    .split(',')
    .some((coding) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/i.test(coding));
